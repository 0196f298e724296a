/**
 * Settings of the embedded server, given on its command line so that they change with the product and not with the age of the
 * data directory. Small in memory, for one machine, and as durable as PostgreSQL is by default: a commit is on the disk.
 */
export const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // Paths of sockets are limited to 107 bytes and a state directory may lie anywhere, so there is none.
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  min_wal_size: '48MB',
  // Nobody replicates from it; the least of write-ahead log is enough for recovery.
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] ',
  // Statements that fail are reported by the product, without the customers' values in them.
  log_min_error_statement: 'panic',
};
