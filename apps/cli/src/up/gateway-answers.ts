/** Resolves when the gateway on this machine says that it is ready. */
export async function gatewayAnswers(port: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      const { status } = await fetch(`http://127.0.0.1:${port}/readyz`, { signal });
      if (status === 200) return;
    } catch (error) {
      if (signal.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    signal.throwIfAborted();
  }
}
