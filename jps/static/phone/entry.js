// What only a household needs that is open: loaded when the first one is, so that the start is short.
"use strict";

export { showFile } from "./file.js";
export { Form } from "./form.js";
export { Household } from "./household.js";
export { showMembers } from "./members.js";
export { showReview } from "./review.js";
export { showScreen } from "./screen.js";
