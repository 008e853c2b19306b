import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;

/** usage: Topics SERVERS create TOPIC PARTITIONS NAME=VALUE… | grow TOPIC PARTITIONS | delete TOPIC */
public class Topics {
  public static void main(String[] args) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
      String topic = args[2];
      switch (args[1]) {
        case "create" -> {
          Map<String, String> settings = new HashMap<>();
          for (int i = 4; i < args.length; i++) {
            String[] parts = args[i].split("=", 2);
            settings.put(parts[0], parts[1]);
          }
          NewTopic made = new NewTopic(topic, Integer.parseInt(args[3]), (short) 1).configs(settings);
          admin.createTopics(List.of(made)).all().get();
        }
        case "grow" -> admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(Integer.parseInt(args[3])))).all().get();
        case "delete" -> admin.deleteTopics(List.of(topic)).all().get();
        default -> throw new IllegalArgumentException(args[1]);
      }
    }
  }
}
