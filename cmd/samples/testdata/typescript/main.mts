// This client knows nothing of the samples but their wire contracts: Task Queues, Workflow
// Types, names of messages, and JSON. It needs a server and the samples' Workers.
import { randomUUID } from 'node:crypto';
import { ApplicationFailure, Client, Connection, WithStartWorkflowOperation, WorkflowFailedError, WorkflowUpdateFailedError, type Workflow } from '@temporalio/client';

const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? 'localhost:7233' });
const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' });

// A start has a readable Workflow ID that no other has, and a timeout, so that nothing
// stays open where no Worker runs.
function options(taskQueue: string, ...args: unknown[]) {
  return { taskQueue, args, workflowId: `${taskQueue}-${randomUUID()}`, workflowExecutionTimeout: '30 seconds' as const };
}

// typeOf tells why a run or an Update failed: the error type of the wire contract.
function typeOf(error: unknown): string {
  const failed = error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError;
  if (failed && error.cause instanceof ApplicationFailure) {
    return `${error.cause.type}: ${error.cause.message}`;
  }
  throw error; // no answer of a workflow
}

// dynamicworkflow: a Workflow Type that nobody registered is started as any other.
async function unregistered() {
  console.log('greet-anyone:', await client.workflow.execute('greet-anyone', options('dynamicworkflow', 'Ana')));
  await client.workflow.execute('payroll', options('dynamicworkflow')).catch((error) => console.log('payroll:', typeOf(error)));
}

// messagepassing: a Query reads, a Signal has no answer, an Update changes and answers.
async function greeting() {
  const handle = await client.workflow.start('Greeting', options('messagepassing', { language: 'english' }));
  console.log('languages:', await handle.query('languages', { include_unsupported: false }));
  console.log('set-language, was:', await handle.executeUpdate('set-language', { args: ['chinese'] }));
  await handle.executeUpdate('set-language', { args: ['klingon'] }).catch((error) => console.log('set-language:', typeOf(error)));
  await handle.signal('approve', { name: 'Ana' });
  console.log('result:', await handle.result());
}

// updatewithstart: the first item starts the cart, and later ones find it.
async function cart() {
  const workflowId = `cart-${randomUUID()}`;
  const add = (updateId: string, item: string, quantity: number) =>
    client.workflow.executeUpdateWithStart<Workflow, { totalCents: number }, [object]>('add-item', {
      updateId, // the same for a retry, which then counts once
      args: [{ item, quantity }],
      startWorkflowOperation: new WithStartWorkflowOperation('ShoppingCart', {
        taskQueue: 'updatewithstart',
        workflowId,
        args: [{}],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      }),
    });
  console.log('apples, cents:', (await add('first', 'apple', 2)).totalCents);
  console.log('bread, cents:', (await add('second', 'bread', 1)).totalCents);
  console.log('bread again, cents:', (await add('second', 'bread', 1)).totalCents);
  await add('third', 'unicorn', 1).catch((error) => console.log('unicorn:', typeOf(error)));
  const handle = client.workflow.getHandle(workflowId);
  console.log('receipt:', JSON.stringify(await handle.executeUpdate('check-out', { updateId: 'check-out' })));
}

// blueprint: a definition by its name, and one that the caller brings along.
async function blueprint() {
  console.log('label:', await client.workflow.execute('label', options('blueprint', { name: 'Ana' })));
  const document = {
    blueprint: 'shout',
    version: '1.0.0',
    steps: [{ id: 'print', activity: 'print_label', with: { lines: ['${input.name}', 'Lisbon'] } }],
  };
  console.log('inline:', await client.workflow.execute('blueprint', options('blueprint', document, { name: 'Luis' })));
}

await unregistered();
await greeting();
await cart();
await blueprint();
await connection.close();
