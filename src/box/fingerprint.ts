/** What the future depends on of who traces whom, as text. */

import type { Ptrace } from '../ptrace/index.ts';

export function ptraceFingerprint(ptrace: Ptrace): string {
  const lines: string[] = [];
  for (const [task, traced] of ptrace.links.traced) {
    const { reporting, inJobStop, links } = traced;
    lines.push(`${task.tid} ${Number(reporting)}${Number(inJobStop)}${task.trace.report}${task.trace.interrupt}`);
    for (const link of links) {
      const { stop } = link;
      lines.push(
        [
          link.tracer.tid,
          Number(link.seized),
          link.options,
          link.mode,
          stop === null ? '' : `${stop.kind},${stop.code},${stop.siginfo?.code ?? ''},${Number(stop.waited)}`,
          Number(link.listening),
          Number(link.trapStop),
          Number(link.notify),
          link.owed.map(({ signo }) => signo).join(','),
          Number(link.defers),
          Number(link.ranOut),
          Number(link.inJobStop),
          link.message,
          link.signo,
          link.death ?? '',
        ].join('|'),
      );
    }
  }
  for (const [sleeper, call] of ptrace.news.sleepers) lines.push(`${sleeper.tid} ${call.name} ${call.options}`);
  return lines.join('\n');
}
