import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { createLogger, silentLogger, type Logger, type LoggerOptions } from '#log/logger.ts';

function capture(options: Omit<LoggerOptions, 'stream'>, write: (logger: Logger) => void): string[] {
  const stream = new PassThrough();
  write(createLogger({ ...options, stream }));
  const text = (stream.read() as Buffer | null)?.toString() ?? '';
  return text.split('\n').filter((line) => line !== '');
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

describe('[unit] log/logger', () => {
  it('writes one JSON object a line', () => {
    const [line = ''] = capture({ format: 'json', level: 'info' }, (log) => {
      log.child({ kind: 'Pod' }).info('kind synced', { objects: 3 });
    });
    const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
    expect(time).to.match(TIME);
    expect(rest).to.deep.equal({ level: 'info', message: 'kind synced', kind: 'Pod', objects: 3 });
  });

  it('writes text with fields as key=value', () => {
    const [line = ''] = capture({ format: 'text', level: 'info' }, (log) => {
      log.warn('watch failed', { kind: 'Pod', cause: 'connection refused', attempts: 2, skip: undefined });
    });
    expect(line.replace(TIME, 'T')).to.equal('T WARN  watch failed kind=Pod cause="connection refused" attempts=2');
  });

  it('leaves out what is below the level', () => {
    const lines = capture({ format: 'text', level: 'warn' }, (log) => {
      log.debug('a');
      log.info('b');
      log.warn('c');
      log.error('d');
    });
    expect(lines.map((line) => line.slice(-1))).to.deep.equal(['c', 'd']);
  });

  const hostile = [
    { name: 'a line break', value: 'a\nERROR forged', written: '"a\\nERROR forged"' },
    { name: 'an ANSI sequence', value: '\u001b[31mred', written: '\\u001b[31mred' },
    { name: 'a C1 control', value: '\u009b31m', written: '\\u009b31m' },
    { name: 'a bidirectional override', value: 'a\u202eb', written: 'a\\u202eb' },
    { name: 'a quote and an equals sign', value: 'a="b', written: '"a=\\"b"' },
  ];
  for (const { name, value, written } of hostile) {
    it(`escapes ${name} in text`, () => {
      const lines = capture({ format: 'text', level: 'info' }, (log) => {
        log.info('said', { value });
      });
      expect(lines).to.have.length(1);
      expect(lines[0]?.replace(TIME, 'T')).to.equal(`T INFO  said value=${written}`);
    });
  }

  it('writes an error as message and code, never its stack', () => {
    const error = Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
    const [line = ''] = capture({ format: 'json', level: 'info' }, (log) => {
      log.error('request failed', { error, plain: new Error('x') });
    });
    expect(JSON.parse(line)).to.deep.include({
      error: { message: 'no route', code: 'EHOSTUNREACH' },
      plain: { message: 'x' },
    });
  });

  it('survives rings, big integers, functions and fields named like its own', () => {
    const ring: Record<string, unknown> = {};
    ring['self'] = ring;
    const [line = ''] = capture({ format: 'json', level: 'info' }, (log) => {
      log.info('odd', { ring, big: 7n, run: () => 1, level: 'x', message: 'y' });
    });
    expect(JSON.parse(line)).to.deep.include({ level: 'info', message: 'odd', _level: 'x', _message: 'y', big: '7' });
  });

  it('has a silent form', () => {
    silentLogger.child({ a: 1 }).error('nobody hears this');
    expect(silentLogger.child({})).to.equal(silentLogger);
  });
});
