import { Injectable } from '@nestjs/common';

/** The polling loops that run in this process, by queue. */
@Injectable()
export class WorkerLoops {
  private readonly ids = new Map<string, readonly string[]>();

  add(queueName: string, loopId: string): void {
    this.ids.set(queueName, [...this.of(queueName), loopId]);
  }

  of(queueName: string): readonly string[] {
    return this.ids.get(queueName) ?? [];
  }

  get queueNames(): readonly string[] {
    return [...this.ids.keys()];
  }
}
