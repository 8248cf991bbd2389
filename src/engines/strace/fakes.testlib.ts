/** Stand-ins for a traced task, for tests: a call with given arguments, and memory made of byte ranges. */

import type { AbiName, Memory, SyscallState } from '../../tracehook/machine.ts';

/** A call that is what the test says it is. */
export class FakeCall implements SyscallState {
  readonly abi: AbiName;
  readonly nr: number;
  readonly #args: readonly bigint[];
  result64 = 0n;
  failed = false;
  readonly instructionPointer = 0n;
  stackPointer = 0n;

  constructor(nr: number, args: readonly (bigint | number)[] = [], abi: AbiName = 'x86-64') {
    this.abi = abi;
    this.nr = nr;
    this.#args = Array.from({ length: 6 }, (_, k) => BigInt.asUintN(64, BigInt(args[k] ?? 0)));
  }

  get result(): number {
    return Number(this.result64);
  }

  argNumber(index: number): number {
    return Number(this.arg(index));
  }

  argInt(index: number): number {
    return Number(BigInt.asIntN(32, this.arg(index)));
  }

  arg(index: number): bigint {
    return this.#args[index] as bigint;
  }

  /** Sets the result; −1…−4095 is a failure. Returns the call. */
  returns(value: bigint | number): this {
    this.result64 = BigInt(value);
    this.failed = this.result64 < 0n && this.result64 >= -4095n;
    return this;
  }

  setNumber(): void {}
  setArg(): void {}
  setResult(): void {}
}

/** Memory made of the ranges it was given; everything else faults. */
export class FakeMemory implements Memory {
  readonly #ranges: { readonly start: bigint; readonly bytes: Uint8Array }[] = [];

  /** Puts `bytes` at `address`; later ranges win. Returns the memory. */
  put(address: bigint | number, bytes: Uint8Array | string): this {
    const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    this.#ranges.unshift({ start: BigInt(address), bytes: data });
    return this;
  }

  read(address: bigint | number, length: number): Uint8Array {
    const at = BigInt(address);
    const out = new Uint8Array(length);
    let n = 0;
    while (n < length) {
      const here = at + BigInt(n);
      const range = this.#ranges.find((r) => here >= r.start && here < r.start + BigInt(r.bytes.length));
      if (range === undefined) break;
      const from = Number(here - range.start);
      const part = range.bytes.subarray(from, from + (length - n));
      out.set(part, n);
      n += part.length;
    }
    if (n === 0) throw Object.assign(new Error('cannot read'), { code: 'EFAULT' });
    return out.subarray(0, n);
  }

  readString(address: bigint | number, max: number): { bytes: Uint8Array; terminated: boolean } {
    const bytes = this.read(address, max);
    const end = bytes.indexOf(0);
    return end < 0 ? { bytes, terminated: false } : { bytes: bytes.subarray(0, end), terminated: true };
  }

  copyTo(): boolean {
    return false;
  }

  write(): void {
    throw new Error('the fake memory is read-only');
  }
}
