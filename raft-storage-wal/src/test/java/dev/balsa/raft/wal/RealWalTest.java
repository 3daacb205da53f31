// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.contract.LogEngineContract;
import dev.balsa.raft.spi.LogEngine;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the operating system's files. */
class RealWalTest extends LogEngineContract {
  @TempDir Path directory;

  private WalConfig config() {
    return WalConfig.of(directory.resolve("wal")).withSegmentBytes(256 << 10);
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
