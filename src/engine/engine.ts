import lodash from 'lodash';
import type { Check, CheckId, Context } from '#model/check.ts';
import { isInForce, type Declaration } from '#model/declaration.ts';
import { isCluster } from '#model/cluster.ts';
import type { Change, Inventory, Presuming } from '#model/inventory.ts';
import { subjectKey, type Subject } from '#model/ref.ts';
import type { Trait, TraitId, Traits } from '#model/trait.ts';
import type { Declared, Finding, NotEvaluated, Verdict } from '#model/verdict.ts';
import { Agenda } from './agenda.ts';
import { Exceptions, isOfException, type Covered } from './exceptions.ts';
import { Ledger } from './ledger.ts';
import { Planner, type Asked, type Job, type Jobs } from './plan.ts';
import type { Answers, CheckResult, Question } from './result.ts';
import { byCheck, byWorst, questionsTo, sitterOf, type Sitter } from './subject.ts';
import { scoreOf } from './score.ts';
import { openOf, type Tally } from './tally.ts';

/** What a run of jobs has cost, since the start: for metrics. */
export interface Evaluations {
  readonly byOutcome: Readonly<Record<CheckResult['status'], number>>;
  readonly errors: ReadonlyMap<Asked['id'], number>;
}

/**
 * Plans and judges. Law: after any history of changes, with every planned job done, the ledger equals a fresh judgement of the final state.
 */
export class Engine {
  #checks: readonly Check[];
  /** What they ask, by the kind of the subject and whether it has pods. */
  readonly #questions = new Map<string, readonly Question[]>();
  readonly #traits: readonly Trait[];
  readonly #inventory: Inventory & Presuming;
  #planner: Planner;
  readonly #ledger: Ledger;
  readonly #agenda = new Agenda();
  readonly exceptions: Exceptions;
  #context: Context;
  readonly #byOutcome = { pass: 0, fail: 0, unknown: 0, error: 0, notApplicable: 0 };
  readonly #errors = new Map<Asked['id'], number>();

  constructor(
    checks: readonly Check[],
    inventory: Inventory & Presuming,
    context: Context,
    traits: readonly Trait[] = [],
  ) {
    inventory.presume(context.parameters);
    this.#checks = checks;
    this.#traits = traits;
    this.#inventory = inventory;
    this.#context = context;
    this.#planner = new Planner([...checks, ...traits], inventory);
    this.#ledger = new Ledger();
    this.exceptions = new Exceptions(inventory, checks, context.exceptions);
  }

  /** Those that run. */
  get checks(): readonly Check[] {
    return this.#checks;
  }

  /** What is declared of a recommendation, `CIS:1.1.1`, as long as it counts. */
  declared(ref: string): Declaration['status'] | undefined {
    const found = this.#context.declared?.get(ref);
    return found !== undefined && isInForce(found, this.#context) ? found.status : undefined;
  }

  /** Replaces the checks and what is true of the whole run. The caller does the jobs of `planAll` next. */
  configure(checks: readonly Check[], context: Context): void {
    this.#checks = checks;
    this.#questions.clear();
    this.#context = context;
    this.#inventory.presume(context.parameters);
    this.#planner = new Planner([...checks, ...this.#traits], this.#inventory);
    this.exceptions.configure(checks, context.exceptions);
  }

  plan(change: Change): Jobs {
    return isOfException(change)
      ? this.exceptions.plan(change, (namespace) => this.#ledger.verdictsIn(namespace))
      : this.#planner.plan(change);
  }

  /** Every subject that there is and every one that has a verdict. */
  planAll(): Jobs {
    const jobs = this.#planner.planAll();
    for (const { subject } of this.#ledger.verdicts()) {
      const key = subjectKey(subject);
      if (!jobs.has(key)) jobs.set(key, { subject, checks: 'all' });
    }
    return jobs;
  }

  /** Does one job. Answers whether the verdict of its subject is another one now. */
  judge(job: Job): boolean {
    return this.#put(job.subject, this.#judged(job));
  }

  #put(subject: Subject, fresh: Judged | undefined): boolean {
    this.#agenda.put(subject, fresh?.answers, fresh?.until);
    this.exceptions.put(subject, fresh?.counts);
    return this.#ledger.put(subjectKey(subject), fresh?.answers, fresh?.verdict);
  }

  /** When the first verdict is another one though no object changes: seconds since 1970, Infinity for never. */
  get nextDue(): number {
    return this.#agenda.next;
  }

  /** The time, in seconds since 1970; before all times where the run has none. */
  get now(): number {
    return this.#context.now?.() ?? -Infinity;
  }

  /** The jobs whose time has come. They stay due until they are done. */
  due(): Jobs {
    return this.#agenda.due(this.now);
  }

  /**
   * Judges a subject afresh beside the ledger. Answers whether the ledger was wrong, and corrects it: that is always a bug. What is due is late,
   * not wrong.
   */
  recheck(subject: Subject): boolean {
    if (this.#agenda.isDue(subject, this.now)) return false;
    const fresh = this.#judged({ subject, checks: 'all' });
    const wrong = !lodash.isEqual(this.#ledger.get(subjectKey(subject)), fresh?.verdict);
    if (wrong) this.#put(subject, fresh);
    return wrong;
  }

  #judged({ subject, checks }: Job): Judged | undefined {
    const sitter = sitterOf(subject, this.#inventory, this.#context);
    if (sitter === undefined) return undefined;
    const questions = this.#questionsTo(sitter);
    const answers = { questions, results: this.#answered(questions, sitter, { subject, checks }) };
    const { isWorkload, pods } = sitter;
    const traits = this.#told(sitter, { subject, checks });
    // Nobody judges such an object, whatever has happened to it: `planAll` would not name it either.
    if (questions.length === 0 && traits.traits === undefined && !isWorkload && !isCluster(subject)) return undefined;
    const { findings: found, ...sums } = summed(answers);
    const { findings, ...covered } = this.exceptions.applied(sitter.subject, found, this.now);
    const verdict = { subject: sitter.subject, isWorkload, pods, ...traits, ...sums, findings };
    return { answers, verdict: { ...verdict, score: scoreOf(openOf(findings), 'resource') }, ...covered };
  }

  /** The results of the questions: what nobody asks again is as it was. */
  #answered(questions: Answers['questions'], sitter: Sitter, { subject, checks }: Job): Answers['results'] {
    const before = this.#ledger.answers(subjectKey(subject));
    // Where a subject has come to pods, or lost them, it is asked other questions.
    const known = before?.questions === questions ? before.results : undefined;
    return questions.map((question, index) => {
      const { id } = question.check;
      const isAsked = known === undefined || checks === 'all' || checks.has(id);
      return isAsked ? this.#counted(id, sitter.judge(question)) : known[index];
    });
  }

  #questionsTo({ subject, isWorkload }: Sitter): readonly Question[] {
    const key = `${subject.apiVersion} ${subject.kind}${isWorkload ? ' with pods' : ''}`;
    let questions = this.#questions.get(key);
    if (questions === undefined) this.#questions.set(key, (questions = questionsTo(subject, isWorkload, this.#checks)));
    return questions;
  }

  #told(sitter: Sitter, { subject, checks }: Job): Pick<Verdict, 'traits'> {
    const known = this.#ledger.get(subjectKey(subject))?.traits;
    const traits: Record<string, unknown> = {};
    for (const trait of this.#traits) {
      const isAsked = known === undefined || checks === 'all' || checks.has(trait.id);
      const value = isAsked ? this.#tellingOf(trait, sitter) : known[trait.id];
      if (value !== undefined) traits[trait.id] = value;
    }
    return lodash.isEmpty(traits) ? {} : { traits };
  }

  /** A trait that throws tells nothing, and is counted as a check that does. */
  #tellingOf(trait: Trait, sitter: Sitter): Traits[TraitId] {
    try {
      return sitter.tell(trait);
    } catch {
      this.#errors.set(trait.id, (this.#errors.get(trait.id) ?? 0) + 1);
      return undefined;
    }
  }

  #counted(check: CheckId, result: CheckResult | undefined): CheckResult | undefined {
    if (result === undefined) return undefined;
    this.#byOutcome[result.status] += 1;
    if (result.status === 'error') this.#errors.set(check, (this.#errors.get(check) ?? 0) + 1);
    return result;
  }

  verdict(subject: Subject): Verdict | undefined {
    return this.#ledger.get(subjectKey(subject));
  }

  verdicts(): Iterable<Verdict> {
    return this.#ledger.verdicts();
  }

  /** Sums over a namespace; `''` is the cluster: everything. */
  tally(namespace: string): Tally {
    return this.#ledger.tally(namespace);
  }

  namespaces(): readonly string[] {
    return this.#ledger.namespaces();
  }

  /** The verdicts of a namespace, `''` for all. */
  verdictsIn(namespace: string): Iterable<Verdict> {
    return this.#ledger.verdictsIn(namespace);
  }

  get evaluations(): Evaluations {
    return { byOutcome: { ...this.#byOutcome }, errors: this.#errors };
  }
}

interface Judged extends Omit<Covered, 'findings'> {
  readonly answers: Answers;
  readonly verdict: Verdict;
}

function summed({ results }: Answers): Pick<Verdict, 'findings' | 'notEvaluated' | 'declared' | 'passed'> {
  const findings: Finding[] = [];
  const notEvaluated: NotEvaluated[] = [];
  const declared: Declared[] = [];
  let passed = 0;
  for (const result of results) {
    if (result === undefined) continue;
    for (const finding of result.findings) findings.push(finding);
    for (const gap of result.notEvaluated) notEvaluated.push(gap);
    for (const each of result.declared ?? []) declared.push(each);
    if (result.status === 'pass') passed += 1;
  }
  return {
    findings: findings.sort(byWorst),
    notEvaluated: notEvaluated.sort(byCheck),
    ...(declared.length === 0 ? {} : { declared: declared.sort(byCheck) }),
    passed,
  };
}
