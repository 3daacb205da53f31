// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal;

import dev.balsa.raft.spi.LogDirectory;
import java.io.IOException;
import java.util.random.RandomGenerator;

/** A directory in which a {@link Wal} is, or will be. */
record WalDirectory(WalConfig config, RandomGenerator random) implements LogDirectory {
  @Override
  public boolean isFormatted() throws IOException {
    return Wal.isFormatted(config);
  }

  @Override
  public void format(long clusterId, long memberId) throws IOException {
    Wal.format(config, clusterId, memberId, random);
  }

  @Override
  public Wal open() throws IOException {
    return Wal.open(config);
  }
}
