// Renders JSON Resume files with real themes and looks for what they hold in the pages:
//
//     npm install && node themes_test.mjs RESULT_OR_RESUME.json...
//
// Takes a résumé, or a result of the apply pipeline, whose tailored profile is rendered then. Fails when a theme throws, or
// when a name, an employer or a bullet is missing from its page.
import { readFileSync } from "node:fs";
import * as even from "jsonresume-theme-even";
import * as stackoverflow from "jsonresume-theme-stackoverflow";

const themes = { even, stackoverflow };

/** What a reader sees of a page: no tags, references resolved, one blank between words. */
function textOf(html) {
  return html
    .replace(/<(style|script)\b[^]*?<\/\1>/g, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&quot;/g, '"').replace(/&apos;/g, "'").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&")
    .replace(/\s+/g, " ");
}

/** Themes take highlights as Markdown and set typographic quotes, so only letters and digits are compared. */
function letters(text) {
  return text.normalize("NFKC").replace(/[^\p{L}\p{N}]+/gu, "");
}

function expectedTexts(resume) {
  const texts = [resume.basics?.name, resume.basics?.label, resume.basics?.summary];
  for (const role of resume.work ?? []) texts.push(role.name, role.position, ...(role.highlights ?? []));
  for (const study of resume.education ?? []) texts.push(study.institution);
  for (const skill of resume.skills ?? []) texts.push(skill.name);
  return texts.filter(Boolean);
}

let failures = 0;
const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node themes_test.mjs RESULT_OR_RESUME.json...");
  process.exit(2);
}
for (const file of files) {
  const document = JSON.parse(readFileSync(file, "utf8"));
  const resume = document.profile ?? document;
  for (const [name, theme] of Object.entries(themes)) {
    try {
      const html = (theme.render ?? theme.default.render)(structuredClone(resume));
      const page = letters(textOf(html));
      const missing = expectedTexts(resume).filter((text) => !page.includes(letters(text)));
      failures += missing.length;
      console.log(`${missing.length ? "FAIL" : "ok"}  ${name}  ${file}  ${html.length} bytes`);
      for (const text of missing) console.log(`      missing: ${text}`);
    } catch (error) {
      failures += 1;
      console.log(`FAIL  ${name}  ${file}  ${error.stack}`);
    }
  }
}
process.exit(failures ? 1 : 0);
