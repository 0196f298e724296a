import type { ManagedProcess } from '../support/processes.js';
import { freePort } from '../support/processes.js';
import type { ProductUnderTest } from '../support/product.js';
import type { Dice } from './dice.js';
import { pause } from './pause.js';
import { Tally } from './tally.js';

type Environment = Readonly<Record<string, string>>;

/** One process of the fleet, which has a successor on the same port whenever it is killed. */
interface Member {
  readonly name: string;
  readonly port: number;
  readonly env: Environment;
  /** Seconds it lives, at least and at most. */
  readonly life: readonly [number, number];
  process: ManagedProcess;
}

/** One api and two workers, each killed now and then and started again at once. */
export class Fleet {
  /** Kills by name. */
  readonly kills = new Tally();

  private constructor(
    private readonly product: ProductUnderTest,
    private readonly members: readonly Member[],
  ) {}

  static async start(product: ProductUnderTest, env: Environment): Promise<Fleet> {
    const start = async (name: string, role: string, port: number, life: Member['life']): Promise<Member> => {
      const own = { ...env, ROLE: role };
      return { name, port, env: own, life, process: await product.startInstance(own, port) };
    };
    return new Fleet(product, [
      await start('api', 'api', product.port, [15, 40]),
      await start('first worker', 'worker', await freePort(), [8, 30]),
      await start('second worker', 'worker', await freePort(), [8, 30]),
    ]);
  }

  /** Kills until `signal` aborts; then every member runs. */
  async decimate(dice: Dice, signal: AbortSignal): Promise<void> {
    await Promise.all(this.members.map((member) => this.haunt(member, dice.fork(member.name), signal)));
  }

  /** Ends all in good form. */
  async stop(): Promise<void> {
    await Promise.all(this.members.map(async ({ process }) => await process.end()));
  }

  /** Starts all that were stopped. */
  async start(): Promise<void> {
    await Promise.all(this.members.map(async (member) => await this.revive(member)));
  }

  /** The end of what each printed, for the message of a storm that went wrong. */
  get lastWords(): string {
    return this.members.map(({ name, process }) => `--- ${name}\n${process.printed.slice(-6_000)}`).join('\n');
  }

  private async haunt(member: Member, dice: Dice, signal: AbortSignal): Promise<void> {
    const [least, most] = member.life;
    while (await pause(dice.between(least, most) * 1_000, signal)) {
      if (!member.process.running) throw new Error(`The ${member.name} ended by itself:\n${this.lastWords}`);
      this.kills.add(member.name);
      await member.process.end('SIGKILL');
      await this.revive(member);
    }
  }

  private async revive(member: Member): Promise<void> {
    member.process = await this.product.startInstance(member.env, member.port);
  }
}
