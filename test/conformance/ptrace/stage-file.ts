/** The file that the actors have mapped: read and written here, it needs no system call of theirs. */

import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { HANDLER_SIZE, HANDLERS_AT, SLOT, STAGE_SIZE, slotAt } from './layout.ts';
import type { Handled } from './play.ts';

export class StageFile {
  private readonly fd: number;

  constructor(path: string) {
    this.fd = openSync(path, 'w+');
    writeSync(this.fd, Buffer.alloc(1), 0, 1, STAGE_SIZE - 1);
  }

  bytes(at: number, size: number): Buffer {
    const buffer = Buffer.alloc(size);
    readSync(this.fd, buffer, 0, size, at);
    return buffer;
  }
  read64(at: number): number {
    return Number(this.bytes(at, 8).readBigInt64LE(0));
  }
  field(slot: number, field: keyof typeof SLOT): number {
    return this.bytes(slotAt(slot) + SLOT[field], 4).readUInt32LE(0);
  }

  write(at: number, bytes: Buffer): void {
    writeSync(this.fd, bytes, 0, bytes.length, at);
  }
  write32(at: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.write(at, bytes);
  }
  setField(slot: number, field: keyof typeof SLOT, value: number): void {
    this.write32(slotAt(slot) + SLOT[field], value);
  }
  writeText(at: number, text: string): void {
    this.write(at, Buffer.from(`${text}\0`, 'latin1'));
  }

  handled(slot: number): Handled[] {
    return Array.from({ length: this.field(slot, 'handled') }, (_, n) => {
      const at = this.bytes(slotAt(slot) + HANDLERS_AT + n * HANDLER_SIZE, HANDLER_SIZE);
      return { signo: at.readInt32LE(0), code: at.readInt32LE(4), pid: at.readInt32LE(8) };
    });
  }

  close(): void {
    closeSync(this.fd);
  }
}
