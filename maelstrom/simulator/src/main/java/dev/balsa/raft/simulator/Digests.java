// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.simulator;

import dev.balsa.raft.spi.StateMachine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** 64-bit digests of bytes, the same on every JVM. Against accidents, not against an adversary. */
final class Digests {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Digests() {}

  /** The digest of these bytes. */
  static long of(byte[] bytes) {
    long digest = bytes.length;
    int at = 0;
    for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
      digest = Chance.mix(digest ^ (long) LONGS.get(bytes, at));
    }
    for (; at < bytes.length; at++) {
      digest = Chance.mix(digest ^ bytes[at]);
    }
    return digest;
  }

  /** The digest of what a snapshot of this state writes. */
  static long of(StateMachine.Snapshot snapshot) {
    Stream stream = new Stream();
    try {
      snapshot.writeTo(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return stream.digest;
  }

  /** Does not depend on how the writer cuts its bytes into pieces. */
  private static final class Stream extends OutputStream {
    private long digest;

    @Override
    public void write(int value) {
      digest = Chance.mix(digest * 31 + (byte) value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        write(bytes[i]);
      }
    }
  }
}
