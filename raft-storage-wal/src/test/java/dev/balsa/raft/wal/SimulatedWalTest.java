// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.contract.LogEngineContract;
import dev.balsa.raft.spi.LogEngine;
import dev.balsa.raft.wal.sim.CrashMode;
import dev.balsa.raft.wal.sim.IoObserver.Operation;
import dev.balsa.raft.wal.sim.SimulatedFileSystem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/** The contract on a disk that loses power at every restart. */
class SimulatedWalTest extends LogEngineContract {
  private final SimulatedFileSystem disk = new SimulatedFileSystem();
  private final WalConfig config =
      WalConfig.of(Path.of("/data/wal"), disk).withSegmentBytes(64 << 10).withSectorBytes(512);

  @Override
  protected LogEngine create() throws IOException {
    return Wal.openOrFormat(config, 5, 1, new Random(1));
  }

  @Override
  protected LogEngine reopen(LogEngine running) throws IOException {
    running.close();
    disk.crash(CrashMode.LOSE_ALL, new Random(1));
    return Wal.open(config);
  }

  @Override
  protected boolean fillUp() {
    disk.observe(
        (kind, path, count) -> {
          if (kind == Operation.CREATE) {
            throw new IOException("No space left on device");
          }
        });
    return true;
  }

  @Override
  protected void makeRoom() {
    disk.observe(null);
  }
}
