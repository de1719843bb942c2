/**
 * The driver under Slonik's pool: pg, plus COPY inside Slonik's transactions.
 *
 * Slonik passes a driver only SQL text and values. A COPY's stream therefore waits in a registry under a number,
 * and the statement carries that number in a leading comment; whoever runs it finds the stream there.
 */
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDriverFactory, type DriverFactory, type DriverQueryResult } from '@slonik/driver';
import { BackendTerminatedError } from '@slonik/errors';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { clientConfig, connect } from './client.ts';

/** What COPY … FROM STDIN reads. Memory of a block may be used again as `copyWindowBytes` says. */
export type CopySource = AsyncIterable<Uint8Array> | Readable;

type Copy = { readonly source: CopySource } | { readonly sink: Writable };

/** The streams of the COPY statements under way in one pool. */
export class CopyRegistry {
  readonly #copies = new Map<string, Copy>();
  #next = 1;

  /** Takes the stream in and returns the comment that the COPY statement is to begin with. */
  register(copy: Copy): string {
    const key = String(this.#next++);
    this.#copies.set(key, copy);
    return `/*copy ${key}*/`;
  }

  /** Hands out the stream of a statement once, so that a repeated statement cannot send half a stream. */
  take(sql: string): Copy | undefined {
    const key = /^\/\*copy (\d+)\*\//.exec(sql)?.[1];
    if (key === undefined) return undefined;
    const copy = this.#copies.get(key);
    this.#copies.delete(key);
    return copy;
  }
}

/**
 * Bytes of a COPY's source that may be on their way: when the source is asked for more, all but the last this many
 * bytes, and the block that went over them, are with the server.
 */
export const copyWindowBytes: number = 1 << 20;

/** `COPY … FROM STDIN` on a plain client, returning the rows copied; errors of the source fail the COPY and are thrown. */
export async function copyFromSource(client: pg.Client, sql: string, source: CopySource): Promise<number> {
  const stream = client.query(copyFrom(sql, { highWaterMark: copyWindowBytes }));
  await pipeline(source, stream);
  return stream.rowCount;
}

async function runCopy(client: pg.Client, sql: string, copy: Copy): Promise<number> {
  if ('source' in copy) return copyFromSource(client, sql, copy.source);
  const stream = copyTo(sql);
  // The data end before the server's word on the number of rows.
  const ready = new Promise<void>((resolve) => Object.assign(stream, { handleReadyForQuery: resolve }));
  await pipeline(client.query(stream), copy.sink);
  await ready;
  return stream.rowCount;
}

/**
 * Slonik must know that a connection is gone, or it sends ROLLBACK into the void. Every other error passes as the
 * server sent it, so that SQLSTATE, detail, hint, where, column and constraint survive.
 */
function wrapError(error: Error & { code?: string }): Error {
  // 57P01 to 57P03: the administrator, a crash or a shutdown ended the session.
  const lost =
    /connection terminated|client was closed/i.test(error.message) ||
    /^(57P0[123]|ECONNRESET|EPIPE)$/.test(error.code ?? '');
  if (!lost) return error;
  return Object.assign(new BackendTerminatedError(error), {
    message: `the connection to the server was lost: ${error.message}`,
  });
}

export function driverFactory(url: string | undefined, copies: CopyRegistry): DriverFactory {
  return createDriverFactory(async ({ driverConfiguration }) => ({
    createPoolClient: async ({ clientEventEmitter }) => {
      const config = clientConfig(url);
      const { statementTimeout, idleInTransactionSessionTimeout, connectionTimeout } = driverConfiguration;
      if (typeof statementTimeout === 'number') config.statement_timeout = statementTimeout;
      if (typeof idleInTransactionSessionTimeout === 'number') {
        config.idle_in_transaction_session_timeout = idleInTransactionSessionTimeout;
      }
      if (typeof connectionTimeout === 'number') config.connectionTimeoutMillis = connectionTimeout;
      const client = new pg.Client(config);
      client.on('error', (error) => clientEventEmitter.emit('error', wrapError(error)));
      client.on('notice', ({ message }) => clientEventEmitter.emit('notice', { message: message ?? '' }));

      return {
        connect: () => connect(client),
        end: () => client.end(),
        query: async (sql, values, options): Promise<DriverQueryResult> => {
          try {
            const copy = copies.take(sql);
            if (copy !== undefined) {
              const rowCount = await runCopy(client, sql, copy);
              return { command: 'COPY', fields: [], rowCount, rows: [] };
            }
            const result = await client.query({ text: sql, values, name: options?.name });
            return {
              command: result.command as DriverQueryResult['command'],
              fields: result.fields.map(({ dataTypeID, name }) => ({ dataTypeId: dataTypeID, name })),
              rowCount: result.rowCount,
              rows: result.rows,
            };
          } catch (error) {
            throw wrapError(error as Error);
          }
        },
        stream: () => {
          throw new Error('row streams are not offered by this driver: use copyOut');
        },
      };
    },
  }));
}
