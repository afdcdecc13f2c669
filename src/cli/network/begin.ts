import type { Kind } from '#model/kinds.ts';
import { TEMPLATE_KINDS } from '#model/kinds.ts';
import { refOf, subjectText } from '#model/ref.ts';
import { shown } from '#report/formats/columns.ts';
import { policiesOfPlugins } from '#relations/network.ts';
import { InputFailure } from '../exit.ts';
import { startOf, type Start, type StartFlags } from '../input/start.ts';
import { complain } from '../output/terminal.ts';

/**
 * What questions about the network are asked of. Throws InputFailure where a kind that answers rest on may not be read: what is open cannot be
 * told then. Policies that are not read are said on stderr.
 */
export async function begin(flags: StartFlags, command: string, kinds: readonly Kind[]): Promise<Start> {
  const foreign = policiesOfPlugins.reads;
  const start = await startOf(flags, command, [...new Set([...kinds, ...TEMPLATE_KINDS, ...foreign])]);
  const { store } = start;
  const reasons = kinds.flatMap((kind) => store.missing(kind) ?? []);
  if (reasons.length > 0) throw new InputFailure(`${command}: not known: ${[...new Set(reasons)].join('; ')}`);
  const names = foreign.flatMap((kind) => store.list(kind).map((policy) => subjectText(refOf(policy)))).sort();
  if (names.length > 0) complain(`kubeposture: ${notRead(names)}`);
  return start;
}

const SHOWN = 5;

function notRead(names: readonly string[]): string {
  const more = names.length - SHOWN;
  const list = [...names.slice(0, SHOWN).map(shown), ...(more > 0 ? [`${String(more)} more`] : [])].join(', ');
  return `policies of Cilium or Calico are not read, and may say otherwise: ${list}`;
}
