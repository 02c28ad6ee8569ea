// Serves the activity type price_items on the task queue `pricing`.
import { AsyncLocalStorage } from 'node:async_hooks';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';

interface Item { sku: string; count: number }

const cents: Record<string, number> = { book: 1500, pen: 200 };

// The idempotency key of the step, which is the same for all its attempts. It
// comes as a header, so that the arguments stay those of the author.
const key = new AsyncLocalStorage<string>();

async function price_items({ items }: { items: Item[] }) {
  let total_cents = 0;
  for (const { sku, count } of items) {
    if (!(sku in cents)) {
      throw ApplicationFailure.nonRetryable(`there is no article ${sku}`, 'UnknownSku', { sku });
    }
    total_cents += cents[sku] * count;
  }
  return { total_cents, key: key.getStore() };
}

const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' }),
  taskQueue: process.env.TASK_QUEUE ?? 'pricing',
  activities: { price_items },
  interceptors: {
    activity: [() => ({
      inbound: {
        execute: (input, next) => {
          const header = input.headers['idempotency-key'];
          return key.run(header ? defaultPayloadConverter.fromPayload<string>(header) : '', () => next(input));
        },
      },
    })],
  },
});
await worker.run();
