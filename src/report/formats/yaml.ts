import { safeJson } from './json.ts';
import type { Format } from './scan.ts';

/** What no reader of YAML, of 1.1 or 1.2, takes for anything but this text. */
const PLAIN = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9-]*(?:[/.][a-z][a-z0-9-]*)*$/i;

/** `--output yaml`: what is no plain word is quoted as in JSON, of which YAML understands every escape. */
export const yaml: Format = function* ({ result }) {
  for (const [name, value] of Object.entries(result)) {
    if (!Array.isArray(value)) yield* lines(name, value, '');
    else if (value.length === 0) yield `${name}: []\n`;
    else {
      yield `${name}:\n`;
      for (const item of value as readonly object[]) yield `- ${mapping(item, '  ').trimStart()}`;
    }
  }
};

function mapping(value: object, indent: string): string {
  return Object.entries(value)
    .flatMap(([name, inner]) => [...lines(name, inner, indent)])
    .join('');
}

function* lines(name: string, value: unknown, indent: string): Iterable<string> {
  if (typeof value === 'object' && value !== null) yield `${indent}${name}:\n${mapping(value, `${indent}  `)}`;
  else yield `${indent}${name}: ${typeof value === 'string' && PLAIN.test(value) ? value : safeJson(value)}\n`;
}
