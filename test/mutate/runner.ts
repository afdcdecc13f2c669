/**
 * Stryker's way into mocha: the tests are loaded once, and each mutant is switched on for the tests that reach it. The
 * runner that Stryker offers reaches into files of mocha that version 12 has no more; this one knows its public API only.
 */
import { declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
  type DryRunOptions,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
} from '@stryker-mutator/api/test-runner';
import type { InstrumenterContext } from '@stryker-mutator/api/core';
import { glob } from 'node:fs/promises';
import Mocha from 'mocha';

/** Those without processes of their own and without long histories: a mutant meets all of them that reach it. */
const TESTS = [
  'test/unit/kube/*.test.ts',
  'test/integration/kube/{client,codec,discovery,informer,lease-store,reflector,transport,writer}.test.ts',
];
/** Longer than any test takes on a busy machine, shorter than the patience of Stryker. Milliseconds. */
const TIMEOUT_MS = 15_000;
type Context = { -readonly [K in keyof InstrumenterContext]: InstrumenterContext[K] | undefined };

/** What the instrumented code looks at: `globalNamespace` of Stryker's options. */
const context = ((globalThis as unknown as { ['__stryker__']?: Context }).__stryker__ ??= {} as Context);

class Runner implements TestRunner {
  readonly #mocha = new Mocha({ reporter: Mocha.reporters.Base, timeout: TIMEOUT_MS });
  #isLoaded = false;

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    this.#mocha.cleanReferencesAfterRun(false);
    for await (const file of glob([...TESTS])) this.#mocha.addFile(file);
    this.#mocha.suite.beforeEach(function () {
      context.currentTestId = this.currentTest?.fullTitle() ?? '';
    });
  }

  async dryRun({ disableBail }: DryRunOptions): Promise<DryRunResult> {
    const result = await this.#run(disableBail, undefined, true);
    const { mutantCoverage } = context;
    const isWhole = result.status === DryRunStatus.Complete && mutantCoverage !== undefined;
    return isWhole ? { ...result, mutantCoverage } : result;
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, testFilter, disableBail, hitLimit, mutantActivation } = options;
    context.hitLimit = hitLimit;
    context.hitCount = hitLimit === undefined ? undefined : 0;
    const wanted = testFilter?.map((id) => `^${id.replace(/[^\w ]/g, '\\$&')}$`).join('|');
    this.#mocha.grep(new RegExp(wanted ?? ''));
    return toMutantRunResult(await this.#run(disableBail, activeMutant.id, mutantActivation === 'runtime'));
  }

  async #run(disableBail: boolean, mutant: string | undefined, isLoading: boolean): Promise<DryRunResult> {
    try {
      if (!this.#isLoaded) {
        // Code that runs as its file is loaded meets its mutant only then.
        context.activeMutant = isLoading ? undefined : mutant;
        await this.#mocha.loadFilesAsync();
        this.#isLoaded = true;
      }
      context.activeMutant = mutant;
      bail(this.#mocha.suite, !disableBail);
      const tests = await this.#tests();
      return determineHitLimitReached(context.hitCount, context.hitLimit) ?? { status: DryRunStatus.Complete, tests };
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: String(error) };
    }
  }

  #tests(): Promise<TestResult[]> {
    return new Promise((resolve) => {
      const tests: TestResult[] = [];
      const result = (test: Mocha.Test): Omit<TestResult, 'status'> => {
        const name = test.ctx?.currentTest?.fullTitle() ?? test.fullTitle();
        return { id: name, name, timeSpentMs: test.duration ?? 0 };
      };
      this.#mocha
        .run(() => {
          resolve(tests);
        })
        .on('pass', (test) => tests.push({ ...result(test), status: TestStatus.Success }))
        .on('fail', (test, error: Error) => {
          tests.push({ ...result(test), status: TestStatus.Failed, failureMessage: error.message });
        });
    });
  }
}

function bail(suite: Mocha.Suite, wanted: boolean): void {
  suite.bail(wanted);
  for (const child of suite.suites) bail(child, wanted);
}

const create = (): TestRunner => new Runner();
create.inject = tokens();

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'mocha-12', create)];
