// Asks a running server the 61 questions of the GraphQL-over-HTTP specification, as npm
// `graphql-http` puts them, and fails unless each is answered as it should be.
//
//   node scripts/graphql-audits.mjs http://127.0.0.1:8080/graphql
//
// A program's key in MINGZHANG_PROGRAM_KEY goes with each question; Node takes a certificate of the server's
// own making from NODE_EXTRA_CA_CERTS.
//
// Exit status: 0 all passed; 1 some did not (they are listed) or the server does not answer; 2 wrong
// usage, Node is older than 18.17, or the packages cannot be had (no network, no npm). The two
// packages are installed once into target/graphql-audits, never into the system or the sources.
// Written so that Node 12 can read it too: it has to be understood before it can say that it is too old.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const PACKAGES = { graphql: "16.15.0", "graphql-http": "1.23.1" };
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const home = join(process.env.CARGO_TARGET_DIR || join(root, "target"), "graphql-audits");

const key = process.env.MINGZHANG_PROGRAM_KEY;

function withKey(how = {}) {
  const headers = new Headers(how.headers);
  headers.set("authorization", `Bearer ${key}`);
  return { ...how, headers };
}

function install() {
  const entry = join(home, "node_modules", "graphql-http", "lib", "audits", "index.mjs");
  if (existsSync(entry)) return entry;
  console.error(`installing ${Object.keys(PACKAGES).join(" and ")} into ${home}`);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, dependencies: PACKAGES }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], {
    cwd: home,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return entry;
}

async function main() {
  if (typeof URL.canParse !== "function" || typeof fetch !== "function") {
    console.error(`Node 18.17 or later is needed, this is ${process.version}`);
    return 2;
  }
  const url = process.argv[2];
  if (process.argv.length !== 3 || !URL.canParse(url)) {
    console.error("usage: node scripts/graphql-audits.mjs http://127.0.0.1:8080/graphql");
    return 2;
  }
  let entry;
  try {
    entry = install();
  } catch (error) {
    console.error(`cannot install the audits: ${error.message}`);
    return 2;
  }
  const { auditServer } = await import(pathToFileURL(entry));
  let results;
  try {
    results = await auditServer({ url, fetchFn: key ? (where, how) => fetch(where, withKey(how)) : fetch });
  } catch (error) {
    console.error(`${url} does not answer: ${(error.cause || error).message}`);
    return 1;
  }
  const failed = results.filter((result) => result.status !== "ok");
  for (const { id, name, status, reason } of failed) {
    console.log(`${status}: ${id} ${name}: ${reason}`);
  }
  console.log(`${results.length - failed.length} of ${results.length} audits passed`);
  return failed.length === 0 && results.length > 0 ? 0 : 1;
}

main().then(
  (status) => process.exit(status),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
