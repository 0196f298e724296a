import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';

/** Rows as the features leave them behind, with nothing in them that alerts do not look at. */
export class Facts {
  constructor(private readonly dataSource: DataSource) {}

  async failedJob(code: string, at: Date): Promise<void> {
    const [user, payment] = [randomUUID(), randomUUID()];
    await this.user(user, at);
    await this.payment(payment, user, at);
    await this.dataSource.query(
      `INSERT INTO render_jobs (id, user_id, payment_id, status, config, audio, error, work_megapixels, created_at, queued_at, completed_at)
       VALUES ($1, $2, $3, 'failed', '{}', '{}', $4, 1, $5, $5, $5)`,
      [randomUUID(), user, payment, { code, message: 'x', recoverable: false }, at],
    );
  }

  async reconciledPayment(at: Date): Promise<void> {
    const [user, payment] = [randomUUID(), randomUUID()];
    await this.user(user, at);
    await this.payment(payment, user, at);
    await this.dataSource.query('UPDATE payments SET reconciled_at = $2 WHERE id = $1', [payment, at]);
  }

  async deadMail(template: string, at: Date): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO emails (id, to_address, template, data, dedupe_key, status, last_error_code, next_attempt_at, created_at, updated_at)
       VALUES ($1, 'a@example.com', $2, '{}', $3, 'dead', 'EMAIL_ADDRESS_REJECTED', $4, $4, $4)`,
      [randomUUID(), template, randomUUID(), at],
    );
  }

  /** An object that waits for its replication since then. */
  async localObject(since: Date): Promise<void> {
    const id = randomUUID();
    await this.dataSource.query(
      `INSERT INTO stored_objects (id, key, object_name, kind, content_type, size_bytes, crc32c, status, location, created_at, stored_at, local_since, last_error_code)
       VALUES ($1, 'k', $2, 'video', 'video/mp4', 7, 'AAAAAA==', 'stored', 'local', $3, $3, $3, 'GCS_TIMEOUT')`,
      [id, id, since],
    );
  }

  async requests(total: number, serverErrors: number, at: Date): Promise<void> {
    for (const unit of ['second', 'minute']) {
      await this.dataSource.query(
        `INSERT INTO request_counts_${unit} AS c (at, total, client_errors, server_errors)
         VALUES (date_trunc('${unit}', $1::timestamptz), $2, 0, $3)
         ON CONFLICT (at) DO UPDATE SET total = c.total + excluded.total, server_errors = c.server_errors + excluded.server_errors`,
        [at, total, serverErrors],
      );
    }
  }

  private async user(id: string, at: Date): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO users (id, email, password_hash, created_at, updated_at) VALUES ($1, $2, 'x', $3, $3)`,
      [id, `${id}@example.com`, at],
    );
  }

  private async payment(id: string, userId: string, at: Date): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO payments (id, user_id, tier, amount_cents, currency, status, customer_email, success_url, cancel_url, created_at, updated_at)
       VALUES ($1, $2, 'standard', 999, 'usd', 'completed', 'x', 'x', 'x', $3, $3)`,
      [id, userId, at],
    );
  }
}
