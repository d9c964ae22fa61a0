// Numbers are checked as they are typed, and the message says what is wrong.
import { describe, expect, it } from "vitest";
import { cartonCode, citizenId, creditCode, phone, retailLicence } from "../identifiers";

const TODAY = new Date("2025-10-30T09:12:00+08:00");

describe("a citizen's number", () => {
  it("tells birth date and sex", () => {
    expect(citizenId("11010519491231002X", TODAY)).toMatchObject({ ok: true, bornOn: "1949-12-31", sex: "女" });
  });
  it.each([
    ["110105194912310021", "校验位"], ["1101051949123100", "18 位"], ["11010519491331002X", "不是日期"], ["110105204912310028", "在今天之后"], ["A1010519491231002X", "前 17 位"],
  ])("%s: %s", (number, words) => expect(citizenId(number, TODAY).message).toContain(words));
});

describe("other numbers", () => {
  it("credit code", () => {
    expect(creditCode("91110000600037341L").ok).toBe(true);
    expect(creditCode("91110000600037341A").message).toContain("校验位");
    expect(creditCode("9111000060003734IL").message).toContain("I");
  });
  it("licence", () => {
    expect(retailLicence("350206150798").ok).toBe(true);
    expect(retailLicence("350206950798").message).toContain("第 7 位");
    expect(retailLicence("35020615079").message).toContain("11 位");
  });
  it("telephone", () => {
    expect(phone("13900000000").ok && phone("0592-5551234").ok).toBe(true);
    expect(phone("1390000000").message).toContain("10 位");
  });
});

describe("the carton code", () => {
  it("is split into day, serial, order, company and licence", () => {
    expect(cartonCode("5090301739465609", "XMYC350212133812", TODAY)).toMatchObject({
      ok: true, sortedOn: "2025-09-03", serial: "017394656", order: "09", company: "XMYC", licenceNo: "350212133812",
    });
  });
  it("takes the latest day that is not in the future", () => {
    expect(cartonCode("5110301739465609", "XMYC350212133812", TODAY).sortedOn).toBe("2015-11-03");
  });
  it.each([["5O90301739465609", "第 2 位"], ["50903", "16 位"], ["5139901739465609", "不是月日"]])("%s: %s", (row, words) => {
    expect(cartonCode(row, "", TODAY).row1Message).toContain(words);
  });
  it("names what is wrong with the second row", () => {
    expect(cartonCode("", "XM1C350212133812", TODAY).row2Message).toContain("公司字母");
    expect(cartonCode("", "XMYC35021213381B", TODAY).row2Message).toContain("许可证号");
  });
});
