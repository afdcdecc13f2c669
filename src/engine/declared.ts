import lodash from 'lodash';
import type { Check, Context } from '#model/check.ts';
import { isInForce, type Declaration } from '#model/declaration.ts';
import { momentText } from '#model/moment.ts';
import type { Declared, Finding, NotEvaluated } from '#model/verdict.ts';
import type { CheckResult } from './result.ts';

/**
 * What a check says of a subject with what is declared of it (`controlPlane.declaredControls`). Law: a declaration answers what the check does not know, and
 * nothing else: what was found stays found, what broke stays broken.
 */
export function withDeclared(check: Check, result: CheckResult, context: Context): CheckResult {
  const { status, findings, notEvaluated } = result;
  if (check.declared === undefined || notEvaluated.length === 0 || status === 'error') return result;
  const found = new Set(findings.map(({ aspect }) => aspect));
  // That of the whole check speaks where nothing was found, that of an aspect where nothing of that aspect was.
  const open = check.declared.filter(({ aspect }) => (aspect === undefined ? found.size === 0 : !found.has(aspect)));
  const [valid, ended] = lodash.partition(open, (each) => isInForce(each, context));
  const used = new Set<Declaration>();
  const left = notEvaluated.filter((gap) => !isAnswered(gap, check, valid, used));
  const told = context.now === undefined ? left : left.map((gap) => withEnd(gap, check, ended));
  return lodash.isEqual(told, notEvaluated) && used.size === 0 ? result : answered(check, result, [...used], told);
}

/** A gap that was answered until a moment says so: nobody else would tell that a declaration has ended. */
function withEnd(gap: NotEvaluated, check: Check, ended: readonly Declaration[]): NotEvaluated {
  const used = new Set<Declaration>();
  isAnswered(gap, check, ended, used);
  const end = Math.max(...Array.from(used, ({ expires = -Infinity }) => expires));
  return used.size === 0
    ? gap
    : { ...gap, reason: `what is declared of it ended at ${momentText(end)}: ${gap.reason}` };
}

/** Whether declarations leave nothing of a gap. Notes those that it rests on. */
function isAnswered(
  { aspect }: NotEvaluated,
  { aspects = {} }: Check,
  valid: readonly Declaration[],
  used: Set<Declaration>,
): boolean {
  const own = valid.filter((each) => each.aspect !== undefined && (aspect === undefined || each.aspect === aspect));
  for (const each of own) used.add(each);
  const wanted = aspect === undefined ? Object.keys(aspects) : [aspect];
  if (wanted.length > 0 && wanted.every((word) => own.some((each) => each.aspect === word))) return true;
  const whole = valid.find((each) => each.aspect === undefined);
  if (whole !== undefined) used.add(whole);
  return whole !== undefined;
}

function answered(
  check: Check,
  result: CheckResult,
  used: readonly Declaration[],
  notEvaluated: readonly NotEvaluated[],
): CheckResult {
  const failing = used.filter(({ status }) => status === 'fail').map((declaration) => findingOf(check, declaration));
  const declared = used.flatMap(({ status, aspect, reason, expires }): readonly Declared[] =>
    status === 'fail' ? [] : [{ check: check.id, ...said({ aspect }), status, reason, ...said({ expires }) }],
  );
  const findings = [...result.findings, ...failing];
  const until = Math.min(result.until ?? Infinity, ...used.map(({ expires = Infinity }) => expires));
  return {
    status: statusOf(findings, notEvaluated, declared),
    findings,
    notEvaluated,
    ...(declared.length === 0 ? {} : { declared }),
    ...(until === Infinity ? {} : { until }),
  };
}

function statusOf(
  findings: readonly Finding[],
  notEvaluated: readonly NotEvaluated[],
  declared: readonly Declared[],
): CheckResult['status'] {
  if (findings.length > 0) return 'fail';
  if (notEvaluated.length > 0) return 'unknown';
  return declared.some(({ status }) => status === 'pass') ? 'pass' : 'notApplicable';
}

function findingOf({ id, name }: Check, { aspect, severity, reason }: Declaration): Finding {
  return {
    check: id,
    name,
    ...said({ aspect }),
    severity,
    status: 'fail',
    // Of no field: nothing was read.
    path: 'metadata.name',
    message: `declared to fail: ${reason}`,
    evidence: 'declared',
    because: [],
    pods: 0,
  };
}

/** The fields that have a value. */
function said<T extends object>(fields: T): { [N in keyof T]: Exclude<T[N], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
