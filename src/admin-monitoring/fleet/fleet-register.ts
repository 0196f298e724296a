import { Injectable } from '@nestjs/common';
import { Database, NotificationListener } from '../../platform/database/index.js';
import { newId } from '../../platform/time/index.js';
import { FleetInstance } from './entities/fleet-instance.entity.js';

/** Who has not been heard of for so long (seconds) is not shown any more: five beats. */
const SHOWN_SECONDS = 10;

/** What an instance says of itself. */
export type InstanceReport = Pick<FleetInstance, 'instance' | 'role' | 'version' | 'circuits'>;

/**
 * The row of this run of the process, and the end of rows that nobody keeps up. One that starts takes the place of a dead
 * predecessor of the same name at once.
 */
const REPORT = `WITH gone AS (
    DELETE FROM fleet_instances WHERE id IN (
      SELECT id FROM fleet_instances
      WHERE id <> $1 AND (seen_at < statement_timestamp() - interval '1 minute' OR ($6 AND instance = $2))
      FOR UPDATE SKIP LOCKED
    )
  )
  INSERT INTO fleet_instances (id, instance, role, version, started_at, seen_at, circuits)
  VALUES ($1, $2, $3, $4, statement_timestamp(), statement_timestamp(), $5)
  ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, circuits = excluded.circuits`;

const LEAVE = 'DELETE FROM fleet_instances WHERE id = $1';

/** The table of the processes that run. All times in it are of the one clock that they share. */
@Injectable()
export class FleetRegister {
  private readonly id = newId();
  private registered = false;

  constructor(
    private readonly database: Database,
    private readonly listener: NotificationListener,
  ) {}

  /** @throws ApiError `DATABASE_*` */
  async report({ instance, role, version, circuits }: InstanceReport): Promise<void> {
    await this.write(REPORT, [this.id, instance, role, version, JSON.stringify(circuits), !this.registered]);
    this.registered = true;
  }

  /** Takes this process off the table. @throws ApiError `DATABASE_*` */
  async leave(): Promise<void> {
    await this.write(LEAVE, [this.id]);
  }

  /** The instances heard of in the last ten seconds, by name. @throws ApiError `DATABASE_*` */
  async present(): Promise<readonly FleetInstance[]> {
    return await this.database.read(
      async (manager) =>
        await manager
          .createQueryBuilder(FleetInstance, 'instance')
          .where(`instance.seenAt > statement_timestamp() - interval '${SHOWN_SECONDS} seconds'`)
          .orderBy('instance.instance')
          .addOrderBy('instance.id')
          .getMany(),
    );
  }

  /** Over the connection that listens, so that an instance whose pool is used up is still seen; else through the pool. */
  private async write(text: string, values: readonly unknown[]): Promise<void> {
    const answer = await this.listener.query(text, values);
    if (answer === null) await this.database.read(async (manager) => await manager.query(text, [...values]));
  }
}
