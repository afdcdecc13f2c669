/** What exceptions do in a cluster with the operator, told once: the embedded API server and a real one go through the same. */
import { expect } from 'chai';
import { momentText } from '#model/moment.ts';
import { Api } from './api.ts';
import { MountedConfig } from './mounted-config.ts';
import { OperatorProcess } from './operator-process.ts';
import { deployment, reportWhere, told, toldOf, type Report, type ServerUnderTest } from './operator-scenarios.ts';
import { waitFor } from './wait.ts';

const CHECK = 'KP-POD-001';

interface Exception {
  readonly metadata: { readonly resourceVersion: string };
  readonly status?: {
    readonly state: string;
    readonly message: string;
    readonly matchedFindings: number;
    readonly lastMatched?: string;
    readonly observedGeneration: number;
  };
}

interface Scored extends Report {
  readonly scoreWithoutExceptions?: number;
  readonly scoreExact: number;
  readonly summary: { readonly high: number; readonly suppressed: number };
}

export function exceptionOf(namespace: string, spec: object = {}, name = 'legacy'): object {
  return {
    apiVersion: 'kubeposture.io/v1alpha1',
    kind: 'SecurityException',
    metadata: { name, namespace },
    spec: { checks: [CHECK], subjects: { names: ['we*'] }, reason: 'a migration', ...spec },
  };
}

/** The findings of the check, as their status says, with the exception. */
function ofCheck({ findings }: Report): readonly unknown[] {
  const own = findings.filter(({ check }) => check === CHECK) as unknown as readonly {
    readonly status: string;
    readonly exception?: unknown;
  }[];
  return own.map(({ status, exception }) => exception ?? status);
}

const isOpen = (report: Report): boolean => ofCheck(report)[0] === 'fail';
const isSuppressed = (report: Report): boolean => typeof ofCheck(report)[0] === 'object';

/** The suite, on a server that is started when its turn has come; `start` may skip it. */
export function exceptionScenarios(title: string, start: (context: Mocha.Context) => Promise<ServerUnderTest>): void {
  describe(title, function () {
    this.timeout(90_000);
    let server: ServerUnderTest | undefined;
    let api: Api;
    let operator: OperatorProcess | undefined;
    let namespace: string;
    let score = 0;
    const config = new MountedConfig('');

    const begin = (): void => {
      const where = ['--kubeconfig', server!.kubeconfig, '--config', config.file];
      operator = new OperatorProcess([...where, '--leader-elect=false']);
    };
    const get = (name = 'legacy'): Promise<Exception | undefined> =>
      api.get<Exception>('SecurityException', { namespace, name });
    const stateOf = async (state: string, name = 'legacy'): Promise<Exception> =>
      waitFor(`the exception to be ${state}`, async () => {
        const found = await get(name);
        return found?.status?.state === state ? found : undefined;
      });
    const reported = (is: (report: Report) => boolean): Promise<Scored> =>
      reportWhere(api, namespace, is) as Promise<Scored>;

    before(async function () {
      server = await start(this);
      api = new Api(server.kubeconfig);
      namespace = await api.newNamespace('taken');
      begin();
      await operator!.says('publishing reports');
      await api.apply(deployment(namespace, false));
      ({ scoreExact: score } = await reported(isOpen));
      // What comes and goes at once is no news.
      await toldOf(api, namespace, 1);
    });

    after(async () => {
      await operator?.stop();
      config.remove();
      if (server === undefined) return;
      await api.remove('SecurityException', { namespace, name: 'legacy' });
      api.close();
      await server.stop();
    });

    it('what one covers is suppressed at once, with the reason, and the score says what it would be', async () => {
      await api.apply(exceptionOf(namespace));
      const found = await reported(isSuppressed);
      expect(ofCheck(found)).to.deep.equal([{ name: 'legacy', reason: 'a migration' }]);
      expect([found.summary.high, found.summary.suppressed, found.scoreWithoutExceptions]).to.deep.equal([0, 1, score]);
      expect(found.scoreExact).to.be.above(score);
    });

    it('says how it stands, for people and for Prometheus', async () => {
      const { status } = await stateOf('Active');
      expect([status?.matchedFindings, status?.observedGeneration, status?.message]).to.deep.equal([1, 1, '']);
      const [head, ...rows] = await api.table('SecurityException', namespace);
      expect([head, ...rows.map((row) => row.slice(0, -1))]).to.deep.equal([
        ['NAME', 'CHECKS', 'REASON', 'EXPIRES', 'MATCHED', 'STATE', 'AGE'],
        ['legacy', '["KP-POD-001"]', 'a migration', 'null', '1', 'Active'],
      ]);
      expect(await operator!.metric('kubeposture_exceptions', 'state="Active"')).to.equal(1);
      const high = [`namespace="${namespace}"`, 'severity="high"', 'category="POD"'];
      expect(await operator!.metric('kubeposture_findings', ...high)).to.equal(undefined);
    });

    it('tells that the finding is no longer open, and of no other', async () => {
      const text = 'Deployment web Normal FindingResolved x1 KP-POD-001 privileged-container: suppressed';
      await waitFor('the Event', async () => (await told(api, namespace)).includes(text), { deadlineMs: 30_000 });
    });

    it('is not written again by an operator that is started anew', async () => {
      const { metadata } = await stateOf('Active');
      await operator!.stop();
      begin();
      await operator!.says('publishing reports');
      // Its status proves that all were looked at.
      await api.apply(exceptionOf(namespace, { checks: ['KP-POD-999'] }, 'slip'));
      const { status } = await stateOf('Invalid', 'slip');
      expect(status?.message).to.equal('spec.checks: there is no check KP-POD-999');
      expect((await get())?.metadata.resourceVersion).to.equal(metadata.resourceVersion);
      await api.remove('SecurityException', { namespace, name: 'slip' });
    });

    it('ends when its moment has come, though nothing changes, and says so before and then', async () => {
      const expires = momentText(Math.floor(Date.now() / 1000) + 20);
      await api.apply(exceptionOf(namespace, { expires }));
      expect(ofCheck(await reported(({ findings }) => JSON.stringify(findings).includes(expires)))).to.deep.equal([
        { name: 'legacy', reason: 'a migration', expires },
      ]);
      const opened = await reported(isOpen);
      expect([opened.scoreExact, opened.scoreWithoutExceptions]).to.deep.equal([score, undefined]);
      const { status } = await stateOf('Expired');
      expect(status?.matchedFindings).to.equal(0);
      const lines = [
        `SecurityException legacy Warning ExceptionExpired x1 ended, what it covered is open again: KP-POD-001, accepted for: a migration`,
        `SecurityException legacy Warning ExceptionExpiring x1 ends at ${expires}: KP-POD-001, accepted for: a migration`,
      ];
      await waitFor('both Events', async () => {
        const said = (await told(api, namespace)).filter((line) => line.startsWith('SecurityException'));
        return JSON.stringify(said) === JSON.stringify(lines);
      });
      expect(await operator!.metric('kubeposture_exceptions', 'state="Expired"')).to.be.above(0);
    });

    it('covers again when it is renewed, and nothing when it goes', async () => {
      await api.apply(exceptionOf(namespace));
      await reported(isSuppressed);
      await api.remove('SecurityException', { namespace, name: 'legacy' });
      await reported(isOpen);
    });

    it('follows the configuration while it runs', async () => {
      await api.apply(exceptionOf(namespace));
      await reported(isSuppressed);
      config.write('exceptions: {nonSuppressible: [KP-POD-001]}');
      await reported(isOpen);
      const { status } = await stateOf('Invalid');
      expect(status?.message).to.equal('spec.checks: KP-POD-001 is not to be suppressed here');
      config.write('');
      await reported(isSuppressed);
      await stateOf('Active');
    });
  });
}
