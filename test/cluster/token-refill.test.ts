/** What becomes of a Secret with a token when somebody who may change and read that one alone says that it is another account's. */
import { expect } from 'chai';
import type { ControlPlane } from '../support/control-plane.ts';
import { liveEscalation } from '../support/live-escalation.ts';
import { poster, type Answer } from '../support/poster.ts';
import { account, bind, may, role, tokenSecret } from '../support/rbac-asked.ts';
import { needControlPlane, newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';
const USER = 'refiller';

interface Secret {
  readonly data?: { readonly token?: string };
}

describe('[cluster] Secrets with tokens', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let api: ReturnType<typeof poster> | undefined;
  let namespace: string;

  const path = (plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;
  const as = { 'impersonate-user': USER };

  async function made(at: string, object: object): Promise<void> {
    const { code, body } = await api!.post(at, object);
    expect(code, body.message).to.equal(201);
  }

  /** Whose token lies in the Secret, as the user reads it; undefined where it is empty or gone. */
  async function read(): Promise<string | undefined> {
    const { code, body } = await api!.send('GET', path('secrets/t'), undefined, as);
    const token = code === 200 ? (body as Secret).data?.token : undefined;
    if (token === undefined) return undefined;
    const [, payload = ''] = Buffer.from(token, 'base64').toString().split('.');
    return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly sub: string }).sub;
  }

  const patch = (change: object): Promise<Answer> =>
    api!.send('PATCH', path('secrets/t'), change, { ...as, 'content-type': 'application/merge-patch+json' });

  before(async function () {
    needControlPlane(this, { controllerManager: true });
    plane = await sharedControlPlane(this);
    api = poster(plane);
  });

  after(() => api?.close());

  beforeEach(async () => {
    namespace = await newNamespace(plane, 'refill');
    for (const name of ['clerk', 'boss']) await made(path('serviceaccounts'), account(`${namespace}/${name}`));
    await made(path('secrets'), tokenSecret(`${namespace}/t`, 'clerk'));
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    await made(`${rbac}/roles`, role(`${namespace}/one`, may('get patch', 'secrets', 't')));
    await made(`${rbac}/rolebindings`, bind(namespace, 'Role:one', `User:${USER}`));
    await waitFor("the clerk's token", async () => (await read()) === `system:serviceaccount:${namespace}:clerk`);
  });

  it('are filled for the account that they are turned to, once they are empty', async () => {
    const { found } = await liveEscalation(plane, { user: USER, groups: [] });
    const way = found.way({ serviceAccount: { namespace, name: 'boss' } });
    expect(way?.map(({ by }) => by)).to.deep.equal(['token-secret-issue', 'accounts']);

    const { code, body } = await patch({ metadata: { annotations: { [NAME]: 'boss', [UID]: null } }, data: null });
    expect(code, body.message).to.equal(200);
    await waitFor("the boss's token", async () => (await read()) === `system:serviceaccount:${namespace}:boss`);
  });

  it('are deleted where the uid is left to the account before', async () => {
    const { code, body } = await patch({ metadata: { annotations: { [NAME]: 'boss' } }, data: null });
    expect(code, body.message).to.equal(200);
    await waitFor('the Secret to go', async () => {
      return (await api!.send('GET', path('secrets/t'), undefined)).code === 404;
    });
  });
});
