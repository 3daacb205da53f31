// SPDX-License-Identifier: Apache-2.0
package dev.balsa.examples.bench;

import com.google.protobuf.ByteString;
import dev.balsa.examples.kv.proto.PutRequest;
import dev.balsa.examples.kv.proto.RangeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What is asked for: keys of eight digits, values of random bytes. Immutable; the same seed gives
 * each client the same requests in every run.
 */
final class Workload {
  /** Keys have eight digits. */
  static final int MAX_KEYS = 100_000_000;

  private static final int VALUES = 64;

  private final int keys;
  private final long seed;
  private final List<ByteString> values = new ArrayList<>();

  Workload(int keys, int valueBytes, long seed) {
    this.keys = keys;
    this.seed = seed;
    SplittableRandom random = random(-1);
    for (int i = 0; i < VALUES; i++) {
      byte[] value = new byte[valueBytes];
      random.nextBytes(value);
      values.add(ByteString.copyFrom(value));
    }
  }

  int keys() {
    return keys;
  }

  SplittableRandom random(int client) {
    return new SplittableRandom(seed * 31 + client);
  }

  PutRequest put(int key, SplittableRandom random) {
    return PutRequest.newBuilder()
        .setKey(key(key))
        .setValue(values.get(random.nextInt(VALUES)))
        .build();
  }

  RangeRequest range(int key, boolean serializable) {
    return RangeRequest.newBuilder().setKey(key(key)).setSerializable(serializable).build();
  }

  private static ByteString key(int key) {
    byte[] digits = new byte[8];
    for (int i = 7, rest = key; i >= 0; i--, rest /= 10) {
      digits[i] = (byte) ('0' + rest % 10);
    }
    return ByteString.copyFrom(digits);
  }
}
