import { expect } from 'chai';
import { run, withFiles } from './program.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

function roleBinding(name: string, role: string, subject: object): object {
  return {
    apiVersion: RBAC,
    kind: 'RoleBinding',
    metadata: { name, namespace: 'shop' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: role },
    subjects: [subject],
  };
}

const READER = {
  apiVersion: RBAC,
  kind: 'Role',
  metadata: { name: 'reader', namespace: 'shop' },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
};
const WEB = { kind: 'ServiceAccount', name: 'web' };
const MAY_WEB = {
  id: 'may',
  kind: 'can',
  subject: { serviceAccount: 'shop/web' },
  verb: 'get',
  resource: 'pods',
  namespace: 'shop',
};
const BECAUSE = [{ binding: 'RoleBinding shop/web', role: 'Role shop/reader', rule: 0 }];

interface Answered {
  readonly steps: readonly { readonly answers: readonly { readonly answer?: unknown }[] }[];
}

/** Each line of a batch with the answer to it. */
async function batch(
  ...cases: readonly unknown[]
): Promise<{ readonly status: number | null; readonly lines: unknown[] }> {
  const input = cases.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n');
  const { status, output } = await run(['ask', '--batch'], input);
  return {
    status,
    lines: output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  };
}

describe('[integration] kubeposture ask', () => {
  it('answers step by step: a binding before its role, and the role gone again', async () => {
    const { status, lines } = await batch({
      id: 7,
      objects: [roleBinding('web', 'reader', WEB)],
      steps: [
        { questions: [MAY_WEB] },
        { apply: [READER], questions: [MAY_WEB] },
        { delete: [{ kind: 'Role', namespace: 'shop', name: 'reader' }], questions: [MAY_WEB] },
      ],
    });
    expect(lines).to.deep.equal([
      {
        id: 7,
        steps: [
          { answers: [{ id: 'may', answer: false }] },
          { answers: [{ id: 'may', answer: true, because: BECAUSE }] },
          { answers: [{ id: 'may', answer: false }] },
        ],
      },
    ]);
    expect(status).to.equal(0);
  });

  it('a question that means nothing is answered with an error, and the rest goes on', async () => {
    const questions = [
      { id: 1, kind: 'cann' },
      { id: 2, kind: 'can', verb: 'get', resource: 'pods' },
      { id: 3, kind: 'can', subject: { serviceAccount: 'web' }, verb: 'get', resource: 'pods' },
      { id: 4, kind: 'can', subject: { user: 'a', groups: 'b' }, verb: 'get', resource: 'pods' },
      { id: 5, kind: 'can', subject: {}, verb: 'get', resource: 'pods' },
      { id: 6, kind: 'grant', subject: { user: 'a' }, binding: 'Binding', role: { kind: 'Role', name: 'x' } },
      {
        id: 7,
        kind: 'editRole',
        subject: { user: 'a' },
        role: { kind: 'ClusterRole', name: 'x' },
        newRules: [{ verbs: 'get' }],
      },
      { id: 8, kind: 'covers', subject: { user: 'a' }, role: { kind: 'ClusterRole', name: 'x' } },
      'no question',
      { id: 9, kind: 'whoCan', verb: 'get', resource: 'pods' },
    ];
    const { lines } = await batch({ id: 'bad', objects: [], steps: [{ questions }] });
    expect(lines).to.deep.equal([
      {
        id: 'bad',
        steps: [
          {
            answers: [
              { id: 1, error: 'there is no question "cann"; did you mean can?' },
              { id: 2, error: 'subject: is missing' },
              { id: 3, error: 'serviceAccount: must be namespace/name' },
              { id: 4, error: 'groups: must be a list' },
              { id: 5, error: 'subject: must have user, serviceAccount or group' },
              { id: 6, error: 'binding: must be RoleBinding or ClusterRoleBinding' },
              { id: 7, error: 'newRules: rules[0].verbs: expected list, found string' },
              { id: 8, error: 'there is no ClusterRole x' },
              { id: null, error: 'a question must be an object' },
              { id: 9, answer: { subjects: [] } },
            ],
          },
        ],
      },
    ]);
  });

  it('a line or a step that cannot be used is said, and the next line is answered', async () => {
    const { status, lines } = await batch(
      '{"id": 1,',
      { id: 2, objects: [], steps: [7] },
      {
        id: 3,
        objects: [{ kind: 'Role' }],
        steps: [
          {
            delete: [
              { kind: 'Role', name: 'x' },
              { kind: 'Rose', name: 'x' },
            ],
          },
        ],
      },
    );
    expect(lines.slice(1)).to.deep.equal([
      { id: 2, error: 'steps: a step must be an object' },
      {
        id: 3,
        steps: [
          {
            answers: [],
            errors: [
              { file: 'delete[0]', line: 0, message: 'there is no such object' },
              { file: 'delete[1]', line: 0, message: 'kind: "Rose" is not known' },
            ],
          },
        ],
        errors: [{ file: 'objects[0]', line: 0, message: 'Role has no apiVersion' }],
      },
    ]);
    expect(lines[0])
      .to.have.property('error')
      .that.matches(/^not JSON/);
    expect(status).to.equal(3);
  });

  it('--apply answers before and after a change of manifests', async () => {
    const files = {
      'state/role.json': JSON.stringify(READER),
      'new.json': JSON.stringify(roleBinding('web', 'reader', WEB)),
      'question.json': JSON.stringify(MAY_WEB),
    };
    await withFiles(files, async (folder) => {
      const { status, output } = await run([
        ...['ask', '--filename', `${folder}/state`],
        ...['--apply', `${folder}/new.json`, `${folder}/question.json`],
      ]);
      expect(JSON.parse(output)).to.deep.equal({
        steps: [
          { answers: [{ id: 'may', answer: false }] },
          { answers: [{ id: 'may', answer: true, because: BECAUSE }] },
        ],
      });
      expect(status).to.equal(0);
    });
  });

  it('manifests need not hold the roles that every cluster has, objects that are stated are all there is', async () => {
    const binding = {
      ...roleBinding('web', 'cluster-admin', WEB),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    };
    const step = { questions: [MAY_WEB] };
    const answerOf = ({ steps }: Answered): unknown => steps[0]?.answers[0]?.answer;
    const { lines } = await batch(
      { objects: [binding], steps: [step] },
      { objects: [binding], assume: { shippedRoles: true }, steps: [step] },
    );
    expect((lines as readonly Answered[]).map(answerOf)).to.deep.equal([false, true]);
    const files = { 'state/binding.json': JSON.stringify(binding), 'question.json': JSON.stringify(MAY_WEB) };
    await withFiles(files, async (folder) => {
      const { output } = await run(['ask', '-f', `${folder}/state`, `${folder}/question.json`]);
      expect(answerOf(JSON.parse(output) as Answered)).to.equal(true);
    });
  });

  it('goes by podConnectByGet of the configuration, unless a case assumes otherwise', async () => {
    const rules = [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] }];
    const held = { id: 1, kind: 'primitives', subject: { serviceAccount: 'shop/web' } };
    const files = {
      'state/role.json': JSON.stringify({ ...READER, rules }),
      'state/binding.json': JSON.stringify(roleBinding('web', 'reader', WEB)),
      'config.yaml': 'checks: { parameters: { podConnectByGet: always } }',
      'question.json': JSON.stringify(held),
    };
    await withFiles(files, async (folder) => {
      const words = ['ask', '--filename', `${folder}/state`, '--config', `${folder}/config.yaml`];
      const byGet = { held: [{ id: 'pod-exec', scope: 'ns:shop' }] };
      const { output } = await run([...words, `${folder}/question.json`]);
      expect(JSON.parse(output)).to.deep.equal({ steps: [{ answers: [{ id: 1, answer: byGet }] }] });
      const steps = [{ questions: [held] }];
      const cases = [
        { id: 'as configured', steps },
        { id: 'as assumed', assume: { execRequiresCreate: true }, steps },
      ];
      const batch = await run([...words, '--batch'], cases.map((each) => `${JSON.stringify(each)}\n`).join(''));
      expect(
        batch.output
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ).to.deep.equal([
        { id: 'as configured', steps: [{ answers: [{ id: 1, answer: byGet }] }] },
        { id: 'as assumed', steps: [{ answers: [{ id: 1, answer: { held: [] } }] }] },
      ]);
    });
  });
});
