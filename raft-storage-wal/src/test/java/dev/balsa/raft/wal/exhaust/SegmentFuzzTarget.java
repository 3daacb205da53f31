// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.wal.exhaust;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The decoder as a target of Jazzer, which looks for the changes that reach new code. */
public final class SegmentFuzzTarget {
  private static final DecodeExhaustor DECODER = decoder();

  private SegmentFuzzTarget() {}

  private static DecodeExhaustor decoder() {
    try {
      return new DecodeExhaustor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One execution: the bytes decide what is changed. */
  public static void fuzzerTestOneInput(byte[] data) {
    DECODER.decode(Choices.of(data));
  }
}
