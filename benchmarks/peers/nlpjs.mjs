// NLP.js with its Dutch stemmer and defaults.
import { NlpManager } from "node-nlp";

let read = "";
for await (const chunk of process.stdin) read += chunk;
const given = JSON.parse(read);
const manager = new NlpManager({ languages: ["nl"], forceNER: false, autoSave: false, nlu: { log: false } });
for (const [text, intent] of given.train) manager.addDocument("nl", text, intent);
let started = performance.now();
await manager.train();
const trained = (performance.now() - started) / 1000;
started = performance.now();
const predictions = [];
for (const text of given.test) {
  const found = await manager.process("nl", text);
  const outside = found.classifications.find((item) => item.intent === "out_of_scope");
  predictions.push([found.intent, outside ? outside.score : 0]);
}
process.stdout.write(
  JSON.stringify({
    training_seconds: trained,
    milliseconds: (performance.now() - started) / given.test.length,
    megabytes: process.resourceUsage().maxRSS / 1024,
    predictions,
  }),
);
