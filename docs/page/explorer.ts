/** The search, in a worker: its code is in the page's own file, since a page from a disk may not load another. */

import type { ExploreReply, ExploreRequest } from './explore-worker.ts';
import workerCode from './explore-worker.ts?bundle';

export class Explorer {
  private worker: Worker | null = null;

  get busy(): boolean {
    return this.worker !== null;
  }

  start(request: ExploreRequest, onReply: (reply: ExploreReply) => void, onError: (message: string) => void): void {
    this.stop();
    const url = URL.createObjectURL(new Blob([workerCode], { type: 'text/javascript' }));
    const worker = new Worker(url);
    URL.revokeObjectURL(url);
    this.worker = worker;
    worker.onmessage = ({ data }: MessageEvent<ExploreReply>) => {
      if (data.kind === 'result') this.stop();
      onReply(data);
    };
    worker.onerror = ({ message }) => {
      this.stop();
      onError(message);
    };
    worker.postMessage(request);
  }

  stop(): void {
    this.worker?.terminate();
    this.worker = null;
  }
}
