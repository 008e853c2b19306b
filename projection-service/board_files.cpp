#include "projection-service/board_files.hpp"

#include "projection-service/bar_js.hpp"
#include "projection-service/board_js.hpp"
#include "projection-service/card_js.hpp"
#include "projection-service/columns_js.hpp"
#include "projection-service/conflict_dialog_js.hpp"
#include "projection-service/dom_js.hpp"
#include "projection-service/history_js.hpp"
#include "projection-service/icon_svg.hpp"
#include "projection-service/index_html.hpp"
#include "projection-service/keys_js.hpp"
#include "projection-service/people_js.hpp"
#include "projection-service/sign_in_js.hpp"
#include "projection-service/state_line_js.hpp"
#include "projection-service/style_css.hpp"
#include "projection-service/task_dialog_js.hpp"
#include "projection-service/task_facts_js.hpp"
#include "projection-service/taskstream_d_ts.hpp"
#include "projection-service/taskstream_js.hpp"
#include "projection-service/theme_js.hpp"
#include "projection-service/words_js.hpp"

namespace taskstream::projection {
namespace {

constexpr const char* kHtml = "text/html; charset=utf-8";
constexpr const char* kJavaScript = "text/javascript; charset=utf-8";

}  // namespace

std::vector<PageFile> board_files() {
  return {
      {.path = "/", .media_type = kHtml, .text = kIndexHtml},
      {.path = "/bar.js", .media_type = kJavaScript, .text = kBarJs},
      {.path = "/board.js", .media_type = kJavaScript, .text = kBoardJs},
      {.path = "/card.js", .media_type = kJavaScript, .text = kCardJs},
      {.path = "/columns.js", .media_type = kJavaScript, .text = kColumnsJs},
      {.path = "/conflict_dialog.js", .media_type = kJavaScript, .text = kConflictDialogJs},
      {.path = "/dom.js", .media_type = kJavaScript, .text = kDomJs},
      {.path = "/history.js", .media_type = kJavaScript, .text = kHistoryJs},
      {.path = "/keys.js", .media_type = kJavaScript, .text = kKeysJs},
      {.path = "/people.js", .media_type = kJavaScript, .text = kPeopleJs},
      {.path = "/sign_in.js", .media_type = kJavaScript, .text = kSignInJs},
      {.path = "/state_line.js", .media_type = kJavaScript, .text = kStateLineJs},
      {.path = "/task_dialog.js", .media_type = kJavaScript, .text = kTaskDialogJs},
      {.path = "/task_facts.js", .media_type = kJavaScript, .text = kTaskFactsJs},
      {.path = "/taskstream.js", .media_type = kJavaScript, .text = kTaskstreamJs},
      {.path = "/theme.js", .media_type = kJavaScript, .text = kThemeJs},
      {.path = "/words.js", .media_type = kJavaScript, .text = kWordsJs},
      {.path = "/taskstream.d.ts", .media_type = "text/plain; charset=utf-8", .text = kTaskstreamDTs},
      {.path = "/style.css", .media_type = "text/css; charset=utf-8", .text = kStyleCss},
      {.path = "/icon.svg", .media_type = "image/svg+xml", .text = kIconSvg},
  };
}

}  // namespace taskstream::projection
