#include "apply/stop_words.hpp"

#include <string>
#include <unordered_set>

namespace bespoke {
namespace {

using WordSet = std::unordered_set<std::string_view>;

const WordSet& split(std::string_view words) {
  auto* set = new WordSet;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (end > at) set->insert(words.substr(at, end - at));
    at = end + 1;
  }
  return *set;
}

}  // namespace

bool is_stop_word(std::string_view folded) {
  // Never destroyed, so that a thread may still look while the process exits.
  static const WordSet& words = split(
      "a an the and or of to in on at by for from with without into onto over under as is are was were be been being "
      "am "
      "it its this that these those there here he she they them his her their our ours we us you your yours i me my "
      "mine "
      "do does did done has have had having not no nor but if then than so such can could may might must shall should "
      "will would who whom whose which what when where why how all any both each every few more most much many other "
      "some own same too very just also about above across after again against along among around before behind below "
      "between beyond during except inside like near off out outside per since through throughout till toward towards "
      "until up upon via while within yet etc e.g i.e one's anything anyone anybody everything everyone everybody "
      "nothing nobody "
      "something someone somebody whose whatever whoever none ours theirs else once often always ever never "
      "der die das den dem des ein eine einer einem eines einen und oder aber mit ohne fur von vom zu zum zur im in "
      "ins an "
      "am auf aus bei beim nach seit uber unter vor zwischen durch gegen um als wie ist sind war waren wird werden "
      "wurde "
      "wurden hat haben hatte sein seine ihr ihre ihrer ihren ihrem wir uns unser unsere unserer unseren du dich dir "
      "dein "
      "deine deiner deinen deinem sie er es ich mich mir mein meine meiner meinen meinem nicht kein keine auch nur "
      "noch "
      "sowie so dass wenn dann denn man sich alle jede jeder jedes diese dieser dieses dort hier sehr mehr "
      "le la les l' de du des d' et ou un une au aux en dans sur sous par pour avec moins peu sans chez vers entre est "
      "sont "
      "etait ete "
      "etre avoir a ont ai as nous vous ils elles il elle je tu on se sa son ses leur leurs notre nos votre vos mon ma "
      "mes "
      "ce cet cette ces qui que quoi dont ne pas plus tres aussi y "
      "el los las lo un una unos unas del al y o u e en con ellos ellas sin por para sobre entre desde hasta hacia es "
      "son fue era "
      "ser "
      "estar ha han he hemos su sus mi mis tu tus nuestro nuestra nuestros nuestras se que quien cual como mas muy "
      "tambien "
      "no si ya "
      "في من على الى عن مع هو هي هذا هذه ذلك التي الذي ان او و ما لا كان كانت قد ثم بعد قبل كل بين خلال");
  return words.contains(folded);
}

bool is_posting_filler(std::string_view folded) {
  static const WordSet& words = split(
      "experience experienced experiences knowledge knowledgeable skill skills skilled ability able abilities strong "
      "solid "
      "good great excellent deep proven clear current relevant similar related comparable equivalent years year months "
      "working work works worked understanding familiar familiarity proficient proficiency expertise background "
      "competency competencies competence competences record track hands-on hands comfort comfortable confident "
      "confidence basic advanced plus minimum least preferred required desirable essential ideally ideal bonus nice "
      "must new role roles job jobs candidate candidates applicant applicants team teams company people day days time "
      "use uses using used including include includes example examples high level least take takes taking make makes "
      "making help helps get well better best sound first-class full real really other others another something "
      "anything "
      "thing things way ways want wants need needs know knows look looking colleagues regular basis ready willingness "
      "willing interest interested enthusiasm enthusiastic passion passionate motivated demonstrated demonstrable "
      "someone everyone who you'll we'll you're grown fond least part "
      "erfahrung erfahrungen kenntnisse grundkenntnisse fundierte gute sehr sicherer umgang erste ersten idealerweise "
      "jahre jahr bereich bereichen arbeit team niveau mindestens abgeschlossenes abgeschlossene vergleichbare freude "
      "lust "
      "spass beispiel gutes guter hohe hoher hohes "
      "experience connaissances connaissance maitrise bonne bonnes bon solide solides annees ans capacite competences "
      "competence niveau aisance "
      "experiencia conocimientos conocimiento dominio buen buena solida anos capacidad habilidad habilidades nivel");
  return words.contains(folded);
}

bool is_too_general(std::string_view folded) {
  static const WordSet& words = split(
      "system systems product products production small large big complex modern environment environments setting "
      "settings tool tools area areas field fields process processes service services technology technologies solution "
      "solutions project projects task tasks quality value values result results success impact business industry "
      "customer customers user users client clients");
  return words.contains(folded);
}

}  // namespace bespoke
