import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, their sessions with rotating refresh tokens, mailed one-time tokens, and the count of failed logins. */
export class CreateUsers1795400000200 implements MigrationInterface {
  readonly name = 'CreateUsers1795400000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid NOT NULL,
        email varchar(254) NOT NULL,
        email_verified_at timestamptz,
        password_hash text NOT NULL,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_users PRIMARY KEY (id),
        CONSTRAINT uq_users_email UNIQUE (email)
      )`);
    await runner.query(`
      CREATE TABLE auth_sessions (
        id uuid NOT NULL,
        user_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_reason varchar(32),
        CONSTRAINT pk_auth_sessions PRIMARY KEY (id),
        CONSTRAINT fk_auth_sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX ix_auth_sessions_user_id ON auth_sessions (user_id)');
    await runner.query('CREATE INDEX ix_auth_sessions_expires_at ON auth_sessions (expires_at)');
    await runner.query(`
      CREATE TABLE refresh_tokens (
        token_hash char(64) NOT NULL,
        session_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CONSTRAINT pk_refresh_tokens PRIMARY KEY (token_hash),
        CONSTRAINT fk_refresh_tokens_session FOREIGN KEY (session_id) REFERENCES auth_sessions (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id)');
    await runner.query(`
      CREATE TABLE mailed_tokens (
        token_hash char(64) NOT NULL,
        user_id uuid NOT NULL,
        purpose varchar(32) NOT NULL,
        email varchar(254) NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CONSTRAINT pk_mailed_tokens PRIMARY KEY (token_hash),
        CONSTRAINT fk_mailed_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX ix_mailed_tokens_user_id ON mailed_tokens (user_id)');
    await runner.query('CREATE INDEX ix_mailed_tokens_expires_at ON mailed_tokens (expires_at)');
    await runner.query(`
      CREATE TABLE login_throttles (
        email_hash char(64) NOT NULL,
        failures integer NOT NULL,
        window_ends_at timestamptz NOT NULL,
        CONSTRAINT pk_login_throttles PRIMARY KEY (email_hash)
      )`);
    await runner.query('CREATE INDEX ix_login_throttles_window_ends_at ON login_throttles (window_ends_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE login_throttles');
    await runner.query('DROP TABLE mailed_tokens');
    await runner.query('DROP TABLE refresh_tokens');
    await runner.query('DROP TABLE auth_sessions');
    await runner.query('DROP TABLE users');
  }
}
