import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isSeverity, rankOf } from '#model/severity.ts';
import { fingerprintOf, type Recognised } from '#report/fingerprint.ts';
import type { ScanFinding, ScanResult } from '#report/formats/scan.ts';
import { UsageError } from '../exit.ts';

/** A finding of an earlier scan. */
interface Earlier {
  readonly rank: number;
  readonly isOpen: boolean;
}

/** The findings of an earlier scan by fingerprint: two findings may share one. */
export type Baseline = ReadonlyMap<string, readonly Earlier[]>;

export function fingerprint(finding: Recognised): string {
  return fingerprintOf(finding, (text) => hash('sha256', text));
}

/** Reads what `scan --output json` wrote. Throws UsageError: what the file is instead. */
export function readBaseline(file: string): Baseline {
  const findings = findingsIn(parsed(file), file);
  const baseline = new Map<string, Earlier[]>();
  for (const finding of findings) {
    const key = fingerprint(finding);
    const earlier = { rank: rankOf(finding.severity), isOpen: isOpen(finding) };
    baseline.set(key, [...(baseline.get(key) ?? []), earlier]);
  }
  return baseline;
}

function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `--baseline: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--baseline: ${file} is no JSON: ${(error as Error).message}`);
  }
}

function findingsIn(value: unknown, file: string): readonly ScanFinding[] {
  const { kind, findings } = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  if (kind !== 'ScanResult' || !Array.isArray(findings))
    throw new UsageError(`--baseline: ${file} is no result of kubeposture scan --output json`);
  const strange = findings.findIndex((finding) => !isFinding(finding));
  if (strange >= 0) throw new UsageError(`--baseline: ${file}: findings[${String(strange)}] is no finding`);
  return findings as readonly ScanFinding[];
}

function isFinding(value: unknown): value is ScanFinding {
  if (typeof value !== 'object' || value === null) return false;
  const { check, severity, path, subject } = value as Readonly<Record<string, unknown>>;
  if (typeof subject !== 'object' || subject === null) return false;
  const words = [
    check,
    path,
    (subject as Readonly<Record<string, unknown>>)['kind'],
    (subject as Readonly<Record<string, unknown>>)['name'],
  ];
  return words.every((word) => typeof word === 'string') && typeof severity === 'string' && isSeverity(severity);
}

/** A baseline of another tool, or of a time before, may say no status. */
function isOpen({ status }: Partial<Pick<ScanFinding, 'status'>>): boolean {
  return status === undefined || status === 'fail';
}

/**
 * The result with what the baseline has marked as known: a finding that has become worse, or one more of its kind, is new. So is one that is open
 * and was not, as after the end of an exception.
 */
export function compared(result: ScanResult, baseline: Baseline): ScanResult {
  const left = new Map(Array.from(baseline, ([key, earlier]) => [key, [...earlier]]));
  const findings = result.findings.map((finding) => {
    const earlier = left.get(fingerprint(finding)) ?? [];
    const at = earlier.findIndex((each) => each.rank >= rankOf(finding.severity) && (each.isOpen || !isOpen(finding)));
    if (at < 0) return finding;
    earlier.splice(at, 1);
    return { ...finding, known: true as const };
  });
  return { ...result, findings };
}
