import js from "@eslint/js";
import { configs as lit } from "eslint-plugin-lit";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist/", "node_modules/"] },
  js.configs.recommended,
  ...ts.configs.strict,
  lit["flat/recommended"],
  { rules: { eqeqeq: "error", "no-console": "error", "no-eval": "error" } },
);
