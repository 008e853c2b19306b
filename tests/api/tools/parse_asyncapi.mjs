// usage: node parse_asyncapi.mjs FILE (from the folder that holds node_modules): what AsyncAPI's own parser says of it
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], 'utf8'));
for (const { code, message, path } of diagnostics) console.log(`${path.join('.')}: ${message} (${code})`);
if (document === undefined || diagnostics.length > 0) process.exit(1);
console.log(`${document.messages().all().length} messages`);
