// SPDX-License-Identifier: Apache-2.0
package dev.balsa.raft.script;

import java.util.ArrayList;
import java.util.List;

/** Two texts side by side, for people: what is gone, what is new, and some lines around it. */
final class LineDiff {
  private static final int CONTEXT = 3;

  private LineDiff() {}

  /** The lines that differ, with the numbers that they have in {@code before}. */
  static String of(List<String> before, List<String> after) {
    int[][] common = common(before, after);
    List<String> all = new ArrayList<>();
    List<Boolean> changed = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < before.size() || j < after.size()) {
      if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
        all.add(String.format("%4d   %s", i + 1, before.get(i)));
        changed.add(false);
        i++;
        j++;
      } else if (j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
        all.add(String.format("%4d - %s", i + 1, before.get(i)));
        changed.add(true);
        i++;
      } else {
        all.add(String.format("     + %s", after.get(j)));
        changed.add(true);
        j++;
      }
    }
    return excerpt(all, changed);
  }

  /** The length of the longest common subsequence behind each pair of positions. */
  private static int[][] common(List<String> before, List<String> after) {
    int[][] common = new int[before.size() + 1][after.size() + 1];
    for (int i = before.size() - 1; i >= 0; i--) {
      for (int j = after.size() - 1; j >= 0; j--) {
        common[i][j] =
            before.get(i).equals(after.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }

  private static String excerpt(List<String> all, List<Boolean> changed) {
    StringBuilder text = new StringBuilder();
    boolean isGap = false;
    for (int i = 0; i < all.size(); i++) {
      boolean near =
          changed
              .subList(Math.max(0, i - CONTEXT), Math.min(all.size(), i + CONTEXT + 1))
              .contains(true);
      if (near) {
        text.append(isGap ? "     ...\n" : "").append(all.get(i)).append('\n');
      }
      isGap = !near;
    }
    return text.toString();
  }
}
