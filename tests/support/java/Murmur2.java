import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/** usage: Murmur2 PARTITIONS. Reads keys, one a line, and prints the partition that Java's clients give each. */
public class Murmur2 {
  public static void main(String[] args) throws Exception {
    int partitions = Integer.parseInt(args[0]);
    var keys = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String key; (key = keys.readLine()) != null; ) {
      System.out.println(Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions);
    }
  }
}
