import { expect } from 'chai';
import { soak, soakMissing } from '../../support/soak.ts';

const SECONDS = 6;

describe('[integration] kube soak', function () {
  this.timeout(60_000);

  it(`W34 a server that breaks off watches, forgets and flaps leaves descriptors and heap flat, for ${String(SECONDS)} seconds`, async function () {
    if (soakMissing !== undefined) this.skip();
    const { figures, broken } = await soak(SECONDS);
    expect(broken, figures.join('\n')).to.deep.equal([]);
  });
});
