// Reads a trace with the model that TracerBench keeps of traces of Chromium, which it compares page loads by:
//
//     node trace_model.mjs FOLDER_OF_PACKAGES <trace.json
//
// What it makes of it is printed as JSON: for each thread the names of process and thread, and its events, each with its name, its
// start, its duration, and the name of the event that it lies in.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
const { buildModel } = require("@tracerbench/trace-model");

const trace = buildModel(JSON.parse(readFileSync(0, "utf8")));
const complete = (thread) => thread.events.filter((event) => event.isComplete());
const threads = trace.processes.flatMap((process) =>
  // What names a process is an event of a thread too, which has nothing else.
  process.threads.filter((thread) => complete(thread).length > 0).map((thread) => [
    process.name,
    thread.name,
    complete(thread).map((event) => [event.name, event.start, event.duration, event.parent?.name ?? null]),
  ]),
);
process.stdout.write(JSON.stringify(threads));
