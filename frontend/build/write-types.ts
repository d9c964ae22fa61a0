/** `npm run types`: write the types of the front end anew, after the API's description changed. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { TARGETS, TEXTS, textsOf, typesOf, type Description } from "./types";

const here = resolve(import.meta.dirname, "..");
const description = JSON.parse(readFileSync(resolve(here, "../docs/openapi.json"), "utf8")) as Description;
for (const [file, target] of Object.entries(TARGETS)) writeFileSync(resolve(here, file), typesOf(description, target));
writeFileSync(resolve(here, TEXTS.file), textsOf(description));
