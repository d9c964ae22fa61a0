// Before anything is drawn: without a choice of the officer's, the page follows the device into the dark.
(function () {
  var page = document.documentElement;
  if (page.hasAttribute("data-theme-chosen")) return;
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function follow() {
    page.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  }
  follow();
  if (dark.addEventListener) dark.addEventListener("change", follow);
})();
