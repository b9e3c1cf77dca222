// Holds a manifest of Teams and its localisation files against Microsoft's schemas, those of the package alone.
// Reads {"manifest": {...}, "localisations": {"nl.json": {...}}}; prints what is wrong, a list of lines, as JSON.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const { AppManifestUtils } = require("@microsoft/app-manifest");
const { default: Ajv } = require("ajv-draft-04");
const { default: addFormats } = require("ajv-formats");

const VERSION = "1.30";
const folder = `json-schemas/teams/v${VERSION}`;
const onBoard = join(dirname(require.resolve("@microsoft/app-manifest/package.json")), "build", folder);
const schemaOf = (name) => JSON.parse(readFileSync(join(onBoard, name), "utf8"));
const { manifest, localisations } = JSON.parse(readFileSync(0, "utf8"));
const problems = [];

function checkAddress(file, told, name) {
  const address = `https://developer.microsoft.com/${folder}/${name}`;
  if (told.$schema !== address) problems.push(`${file}: $schema must be ${address}`);
}

checkAddress("manifest.json", manifest, "MicrosoftTeams.schema.json");
if (manifest.manifestVersion !== VERSION) problems.push(`manifest.json: manifestVersion must be ${VERSION}`);
// Given its schema, the validator fetches none.
const found = await AppManifestUtils.validateAgainstSchema(manifest, schemaOf("MicrosoftTeams.schema.json"));
problems.push(...found.map((line) => `manifest.json: ${line.trim()}`));

// The validator knows no localisation files. Some patterns of their schema are no Unicode expressions.
const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats(ajv);
const fits = ajv.compile(schemaOf("MicrosoftTeams.Localization.schema.json"));
for (const [file, told] of Object.entries(localisations)) {
  checkAddress(file, told, "MicrosoftTeams.Localization.schema.json");
  if (fits(told)) continue;
  for (const error of fits.errors) {
    problems.push(`${file}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
  }
}
console.log(JSON.stringify(problems));
