/** The English of the field kit, by meaning. Kept in two halves; what the log itself says is beside it. */

import { COUNTING_ENGLISH } from "./words.counting.en";
import { FORMS_ENGLISH } from "./words.forms.en";

export const ENGLISH: Record<string, string> = { ...COUNTING_ENGLISH, ...FORMS_ENGLISH };
