// No static import: an older Node must get as far as the message.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `levin needs Node.js 24 or newer; this is ${process.version}. Install it (for example: nvm install 24) and run again.\n`,
  );
  process.exit(1);
}
export const {
  BarrierTaskContext,
  Context,
  defineConfig,
  executorInit,
  KeyMap,
  LevinError,
  registerClass,
  registerSerializer,
  StorageLevel,
  TaskContext,
} = await import('../dist/driver/index.js');
