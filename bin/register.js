// No static import: an older Node must get as far as the message.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `levin needs Node.js 24 or newer; this is ${process.version}. Install it (for example: nvm install 24) and run again.\n`,
  );
  process.exit(1);
}
const { isDriver } = await import('../dist/engine/closures/loading/register.js');

// As under levin run: what nobody catches (rejections too) ends the application as failed and is told without levin's own frames.
if (isDriver) {
  process.on('uncaughtException', async (error) => {
    // A program that listens itself decides itself.
    if (process.listenerCount('uncaughtException') > 1) return;
    const { failProcess } = await import('../dist/driver/cli/fail-process.js');
    await failProcess(error);
  });
}
