import { deserialize, serialize } from 'node:v8';
import { expect } from 'chai';
import {
  BadEvent,
  Informer,
  Transport,
  type Codec,
  type Framer,
  type Raw,
  type WatchEvent,
} from '../../../src/kube.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { clusterAt, fakeServer, hang, status, until, type Answer, type FakeServer } from '../../support/fake-server.ts';
import { added, bookmark, errorEvent, initial, modified, pod, PODS } from '../../support/kube-reflector.ts';

const TYPE = 'application/x-structured-clone';
const MOST = 1 << 20;

/** Frames as Kubernetes has them for protobuf: four bytes of length, then the event. */
class LengthFramer implements Framer {
  #held = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    this.#held = Buffer.concat([this.#held, chunk]);
    while (this.#held.length >= 4) {
      const length = this.#held.readUInt32BE(0);
      if (length > MOST) throw new BadEvent('a frame longer than any object');
      if (this.#held.length < 4 + length) return;
      const frame = this.#held.subarray(4, 4 + length);
      this.#held = this.#held.subarray(4 + length);
      yield frame;
    }
  }

  get rest(): number {
    return this.#held.length;
  }
}

const codec: Codec = {
  accept: () => TYPE,
  framer: () => new LengthFramer(),
  decode: (frame) => deserialize(frame) as WatchEvent,
  status: (body) => {
    try {
      return deserialize(body) as unknown;
    } catch {
      return undefined;
    }
  },
};

function frame(event: object): Buffer {
  const body = serialize(event);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

describe('[integration] kube/codec: a binary one, with frames of stated length, through the public door', () => {
  const clock = fakeClock();
  let server: FakeServer;
  let transport: Transport;
  let informer: Informer<Raw>;
  let told: string[];
  /** The newest watch. */
  let write: (bytes: Buffer) => void;
  let end: () => void;

  const stream =
    (...bytes: readonly Buffer[]): Answer =>
    (_, response) => {
      response.writeHead(200, { 'Content-Type': TYPE });
      response.flushHeaders();
      write = (more) => void response.write(more);
      end = () => void response.end();
      for (const each of bytes) write(each);
    };
  const refuse =
    (code: number, body: Buffer): Answer =>
    (_, response) => {
      response.writeHead(code, { 'Content-Type': TYPE }).end(body);
    };
  const asked = (): readonly (string | undefined)[] =>
    server.requests.map(({ query }) => `${query['sendInitialEvents'] ?? ''} ${query['resourceVersion'] ?? ''}`.trim());
  const passing = (what: string, holds: () => boolean): Promise<void> =>
    until(what, () => {
      if (!holds()) clock.advance(100);
      return holds();
    });
  const synced = async (): Promise<void> => {
    server.script.push(stream(...initial(5, pod('x', 1)).map(frame)));
    await informer.start();
  };

  beforeEach(async () => {
    server = await fakeServer(hang);
    transport = new Transport({ cluster: clusterAt(server.url), clock });
    told = [];
    informer = new Informer({ transport, resource: PODS, project: (raw) => raw, clock, random: () => 0.5, codec });
    const version = (raw: Raw): string => (raw['metadata'] as { readonly resourceVersion: string }).resourceVersion;
    informer.on('add', (object) => told.push(`+${version(object)}`));
    informer.on('update', (object) => told.push(`~${version(object)}`));
    informer.on('delete', (object) => told.push(`-${version(object)}`));
  });
  afterEach(async () => {
    await informer.stop();
    transport.close();
    await server.close();
  });

  it('syncs and follows, however the bytes are cut, and asks for nothing else', async () => {
    const bytes = Buffer.concat([...initial(5, pod('x', 1)), modified('x', 6), bookmark(7)].map(frame));
    server.script.push(stream(...Array.from(bytes, (byte) => Buffer.from([byte]))));
    await informer.start();
    await until('the change', () => told.length === 2);
    expect(told).to.deep.equal(['+1', '~6']);
    expect(informer.list()).to.deep.equal([pod('x', 6)]);
    expect(server.requests[0]!.headers.accept).to.equal(TYPE);
  });

  const broken: readonly { readonly name: string; readonly send: () => void; readonly bad: number }[] = [
    {
      name: 'W23 a frame that the codec cannot read',
      send: () => {
        write(Buffer.from([0, 0, 0, 2, 1, 2]));
      },
      bad: 1,
    },
    {
      name: 'W23 a frame longer than any object',
      send: () => {
        write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
      },
      bad: 1,
    },
    {
      name: 'W23 a frame that is no event',
      send: () => {
        write(frame({ type: 'ADDED', object: { kind: 'Pod' } }));
      },
      bad: 1,
    },
    {
      name: 'W13 a stream that ends inside a frame',
      send: () => {
        write(frame(added('y', 7)).subarray(0, 20));
        end();
      },
      bad: 0,
    },
  ];
  for (const { name, send, bad } of broken)
    it(`${name}: resumed from the last good version`, async () => {
      await synced();
      write(frame(modified('x', 6)));
      await until('the change', () => told.length === 2);
      server.script.push(stream(frame(modified('x', 8))));
      send();
      await passing('the next change', () => told.length === 3);
      expect(told).to.deep.equal(['+1', '~6', '~8']);
      expect(asked()).to.deep.equal(['true', '6']);
      expect(informer.stats).to.deep.include({ badLines: bad, relists: {} });
    });

  it('W19 W22 an ERROR event is understood', async () => {
    await synced();
    server.script.push(stream(...initial(9, pod('x', 8)).map(frame)));
    write(frame(errorEvent(status(410, 'Expired'))));
    await passing('the relist', () => told.length === 2);
    expect(told).to.deep.equal(['+1', '~8']);
    expect(informer.stats.relists).to.deep.equal({ expired: 1 });
  });

  it('W21 the Status of an error reply is read by the codec; what it cannot read is the text of somebody else', async () => {
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    const tooLarge = status(504, 'Timeout', { details: { causes } });
    await synced();
    server.script.push(
      refuse(504, serialize(tooLarge)),
      refuse(502, Buffer.from('bad gateway')),
      stream(...initial(4, pod('x', 3)).map(frame)),
    );
    end();
    await passing('a new start', () => told.length === 2);
    expect(asked()).to.deep.equal(['true', '5', 'true', 'true']);
    expect(informer.stats.reconnects).to.deep.equal({ closed: 1, 502: 1, 504: 1 });
  });

  it('W28 where WatchList is refused, lists are JSON and the watch goes on in the codec', async () => {
    const items = [{ metadata: { name: 'x', namespace: 'a', uid: 'x-1', resourceVersion: '1' } }];
    server.script.push(
      refuse(422, serialize(status(422, 'Invalid'))),
      (_, response) => void response.end(JSON.stringify({ metadata: { resourceVersion: '5' }, items })),
      stream(frame(modified('x', 6))),
    );
    await informer.start();
    await until('the change', () => told.length === 2);
    expect(told).to.deep.equal(['+1', '~6']);
    expect(server.requests.map(({ headers }) => headers.accept)).to.deep.equal([TYPE, 'application/json', TYPE]);
  });
});
