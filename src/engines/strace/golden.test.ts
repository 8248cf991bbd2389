/**
 * Replays a recorded run (registers and memory as the kernel had them at each stop) and compares with what strace 6.1
 * printed of the same program: byte for byte.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeSiginfo } from '../../abi/siginfo.ts';
import type { AbiName } from '../../tracehook/machine.ts';
import { FakeCall, FakeMemory } from './fakes.testlib.ts';
import { StraceWriter } from './writer.ts';

interface Event {
  readonly k: string;
  readonly tid: number;
  readonly abi?: AbiName;
  readonly nr?: number;
  readonly args?: readonly string[];
  readonly res?: string;
  readonly mem?: readonly (readonly [address: string, hex: string])[];
  readonly info?: string;
  readonly code?: number;
  readonly signo?: number;
  readonly core?: boolean;
}

const file = (name: string): string => readFileSync(new URL(`./testdata/${name}`, import.meta.url), 'latin1');

function replay(events: readonly Event[]): string {
  let text = '';
  const writer = new StraceWriter({
    write: (part) => {
      text += part;
    },
  });
  let call = new FakeCall(-1);
  for (const event of events) {
    const memory = new FakeMemory();
    for (const [address, hex] of event.mem ?? []) memory.put(BigInt(`0x${address}`), Buffer.from(hex, 'hex'));
    switch (event.k) {
      case 'e':
        call = new FakeCall(
          event.nr ?? -1,
          (event.args ?? []).map((a) => BigInt(`0x${a}`)),
          event.abi ?? 'x86-64',
        );
        writer.syscallEntry(event.tid, call, memory);
        break;
      case 'x':
        writer.syscallExit(event.tid, call.returns(BigInt(event.res ?? 0)), memory);
        break;
      case 's':
        writer.signal(event.tid, decodeSiginfo(Buffer.from(event.info ?? '', 'hex')));
        break;
      case 'v':
        writer.exiting(event.tid);
        break;
      case 'd':
        writer.exited(event.tid, event.code ?? 0);
        break;
      case 'k':
        writer.killed(event.tid, event.signo ?? 0, event.core ?? false);
        break;
      default:
        throw new Error(`unknown event ${event.k}`);
    }
  }
  return text;
}

test('a recorded run prints as strace printed it', () => {
  const events = JSON.parse(file('golden.recording.json')) as Event[];
  expect(replay(events).split('\n')).toEqual(file('golden.expected.txt').split('\n'));
});
