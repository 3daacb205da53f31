// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.contract.LogEngineContract;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.wal.fs.FileSystem;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the operating system's files. */
class RealWalTest extends LogEngineContract {
  @TempDir Path directory;

  private volatile boolean isFull;

  private WalConfig config() {
    return WalConfig.of(directory.resolve("wal"), disk())
        .withSpareExecutor(Surroundings.spareThread())
        .withSegmentBytes(1 << 20);
  }

  /** The operating system's files, on a disk that can be made to take no new ones. */
  private FileSystem disk() {
    return (FileSystem)
        Proxy.newProxyInstance(
            FileSystem.class.getClassLoader(),
            new Class<?>[] {FileSystem.class},
            (proxy, method, arguments) -> {
              if (isFull && method.getName().equals("create")) {
                throw new IOException("No space left on device");
              }
              try {
                return method.invoke(FileSystem.real(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  protected boolean fillUp() {
    isFull = true;
    return true;
  }

  @Override
  protected void makeRoom() {
    isFull = false;
  }

  @Override
  protected LogEngine create() throws IOException {
    return Wal.openOrFormat(config(), 5, 1, Surroundings.chance());
  }

  @Override
  protected LogEngine reopen(LogEngine running) throws IOException {
    running.close();
    return Wal.open(config());
  }
}
