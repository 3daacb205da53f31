// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.state;

import dev.balsa.raft.RawNode;
import dev.balsa.raft.message.Message;
import java.util.Arrays;
import java.util.List;

/** Keeps the numbers, so that a difference can be seen and not only known. */
public final class NumberSink extends StateSink {
  private long[] numbers = new long[256];
  private int count;

  private NumberSink(boolean timed) {
    super(timed);
  }

  @Override
  public void put(long value) {
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, count * 2);
    }
    numbers[count++] = value;
  }

  /** The node's whole state, time included. */
  public static long[] encodingOf(RawNode node) {
    return encodingOf(node, true);
  }

  /** What these messages say. */
  public static long[] encodingOf(List<Message> messages) {
    NumberSink sink = new NumberSink(true);
    messages.forEach(sink::put);
    return Arrays.copyOf(sink.numbers, sink.count);
  }

  /** The node's state. */
  public static long[] encodingOf(RawNode node, boolean timed) {
    NumberSink sink = new NumberSink(timed);
    node.encodeState(sink);
    return Arrays.copyOf(sink.numbers, sink.count);
  }
}
