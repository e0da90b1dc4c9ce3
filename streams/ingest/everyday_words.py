"""Words every third sentence of a language has, and what short posts are made of: thanks, insults, parcels, refunds.

A word stands with every language here that has it, so that what two languages share speaks for neither against the
other. Accents are left out as people leave them out. Single letters of ASCII say too little to be here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

_WORDS = {
    "en": (
        "the and you your with this that have has was were what when they their there would could should been "
        "which about from will not don't can't i'm it's get just my but how who why out than then them our his her "
        "because people know think never still again even much very really going want need got make here after "
        "before being only who's isn't didn't doesn't won't i've that's you're waiting thanks please customer "
        "service is are it of to in on at for so me we he she be do does did an or if as by no go all any some "
        "more most now where thank sorry hello yes good bad worst best great nice awful rude joke shit crap fuck "
        "fucking damn sucks hate love broken fix work working works refund money order ordered parcel delivery "
        "late flight bag lost help phone call called card account app keep keeps fail failed down up off y'all "
        "gonna ur pls plz wtf smh omg can am time day year new back over one two first last i'll let's too "
        "disgusting scam fraud useless trash stupid idiot idiots ever ain't those these its us into men well way "
        "sent"
    ),
    "es": (
        "el los las una pero muy como está están qué porque cuando también hay nada todo más sus ser este esta "
        "esto desde donde hace tengo tiene tienen soy eres fue ya así siempre nunca gracias usted ustedes ahora "
        "mucho muchas aquí ni él nos les con por según vuelo horas hasta sin sobre hoy años puede hotel habitación "
        "servicio de la que en un se no lo mi tu te me su al del le si sí es para son eso esa ese mas tambien asi "
        "xq pq porq bien mal mala malo muchos tan solo otra otro quiero puedo hacer tarde mañana dinero pedido "
        "paquete maleta maletas retraso cancelado llega llego llegó vergüenza verguenza asco asqueroso asquerosa "
        "puto puta putos mierda coño joder gilipollas pendejo pendeja pelotudo boludo idiota gordo gorda fea feo "
        "ladrones ladrón mentirosos mentiroso estafa estafadores pésimo pesimo peor mejor hola buenos buenas buen "
        "días adiós jaja jajaja jajajaja nadie alguien cosa cosas gente hijo hija señor grande vaya venga claro "
        "verdad realmente triste dios tía tío amigo amiga basura devuelvan devuélvanme contesta contestan funciona "
        "funcionan sigue sigo espera esperando ayer luego entonces pues oferta vuelos ha he han has fuera ver va "
        "van voy vamos estoy estamos era sea vas increíble genial felicidades"
    ),
    "pt": (
        "não uma você vocês muito são também isso essa esse já estou está ao aos pela pelo seu sua meu minha foi "
        "mais porque fazer tem têm nem quando até depois aqui obrigado então ainda nós eles elas dos das um os nos "
        "na vai pra tudo nunca só bem mas ele ela esta de que do da em no se com para por como me te eu é as ou à "
        "às nas pro pros aí tá tô né vc vcs tbm mt mto hj eh nao voce ta to sao sem ser ter ver vou vamos quero "
        "queria pode cadê cade ninguém alguém gente agora hoje ontem amanhã dia dias noite boa bom linda lindo "
        "melhor pior péssimo pessimo ruim lixo vergonha raiva nojo nojento nojenta escroto merda porra caralho pqp "
        "fdp bosta idiota ladrão ladrões vagabundo safado safada safados maldita maldito comunista esquerda kkk "
        "kkkk kkkkk rs obrigada parabéns valeu dinheiro pedido entrega atrasado atrasada produto loja compro "
        "comprei funciona responde respondem atendimento voo cancelado tua teu deus amo odeio toma muita muitos "
        "nossa cara mulher homem senhor quem qual onde igual país povo fora ai amor amores dois duas três"
    ),
    "fr": (
        "les des est pas une dans pour qui sur avec je vous nous c'est mais ça sont être cette plus tout fait j'ai "
        "très ils aux même quand comme bien alors d'un d'une n'est qu'il aussi mes votre leur rien merci elle été "
        "avoir du le et de la un en que se ne ce au on il tu me te sa son ses par ou où si ni mon ma ta ton ces "
        "deux jamais toujours encore depuis après avant moi toi lui eux faut peut veut suis es sommes êtes ont "
        "avez avons va vont faire dire voir ca jsp ptdr mdr svp stp bonjour bonsoir salut oui non personne quelle "
        "quel honte nul nulle colis commande livré livraison remboursez remboursement vol annulé panne voleurs "
        "compte bloqué marche répond réponse service merde putain connard conne idiot trop hier demain aujourd'hui "
        "jour mois année france l'on qu'on qu'ils d'être via pourquoi"
    ),
    "de": (
        "der die das und ist nicht ich ein eine mit auf für von zu den dem sich auch es wie noch aber nur man wird "
        "bei nach kann wenn oder aus wir haben sind war hat keine sehr schon mehr als doch mal immer mir mich uns "
        "wurde einen in im am an so was wo wer du er sie ihr euch dich dir mein meine dein deine sein ja nein nie "
        "wieder danke bitte hallo ach alter geld zurück kein keinen keiner keinem nix nichts alles heute gestern "
        "morgen warum wann warte warten seit vom zum zur über unter gegen ohne diese dieser dieses einem einer "
        "scheiße scheiss kaputt schlecht schlechter gut gute guten echt ganz halt dann denn dass daß weil geht "
        "funktioniert kommt paket lieferung konto gesperrt flug gestrichen zug verspätet frechheit unfassbar "
        "idioten dumm deutschland leute jetzt hier dort digga soll muss will macht gibt weiß"
    ),
    "it": (
        "che il di non per è gli della sono con più anche come questo questa alla nel ma ho hai abbiamo tutto "
        "perché molto solo sempre quando essere fatto grazie lo dei delle degli una ci se io la le un del dal "
        "dalla al ai da su si no mi ti vi ne chi cosa dove dov'è mio mia tuo tua suo sua suoi noi voi loro ha "
        "hanno era sto stai sta stanno fare dire vedere vado va vanno ancora già adesso ora oggi ieri domani "
        "stamattina mai niente nessuno ogni tutti tutta rotto schifo vergogna vergognatevi ladri ladro ridicoli "
        "ridicolo pessimo bravi bravo brava bravissimo bella bello belli grande ciao buongiorno buona buono amore "
        "amo dell un'altra pacco rimborso soldi volo cancellato ritardo funziona risponde arriva quanto cazzo "
        "merda stronzo stronzi coglione scuola governo senza prima dopo così però proprio davvero bene male "
        "grandissimo c'è po' l'ho"
    ),
    "ca": (
        "el la els les una un de que és amb per però molt això aquest aquesta dels als del al en no ha he han són "
        "també més què hi ho ens us on quan com perquè tot gràcies fins sense avui gent fa jo meu seva ja ni si"
    ),
    "ro": (
        "și si este în nu la de pe cu un care mai sunt pentru din că ca ce am ai au fost foarte dar să sa unde "
        "când mulțumesc acum bine doar tot asta al ale lui"
    ),
    "sv": (
        "och att det som en är på för med av inte jag har till den ett om men var de så vi kan när du nu vad man "
        "ni från hur mycket också bara tack ingen här mitt min"
    ),
    "da": (
        "og at det er en på for med af ikke jeg har til den et om men var de så vi kan når du nu hvad man fra hvor "
        "meget også kun tak ingen her mit min hvorfor"
    ),
    "no": (
        "og at det er en på for med av ikke jeg har til den et om men var de så vi kan når du nå hva man fra hvor "
        "mye også bare takk ingen her mitt min hvorfor noe"
    ),
    "nl": (
        "het een van ik niet dat op aan met zijn voor er ze ook maar naar wel heb heeft geen nog wordt deze dit "
        "bij uit meer mijn jullie hebben kan je wat wij zo de en is in te die was als om dan al of door over hij "
        "weer terug waar pakket geld werkt slecht slechte bedankt graag zeg hoe waarom"
    ),
    "pl": (
        "nie się jest na że to jak ale co tak czy już tylko być mnie jestem dla ma po przez bardzo może gdzie "
        "kiedy są mam ten do za od mi tu te ty my nas was bez byl moi jego dziękuję znowu moja moje"
    ),
    "cs": (
        "je se na to že do ne ty vy nas vás mne bez jak ale by byl byla bylo jsem jsi jsou není si tak už pro od "
        "po co když nebo jen ještě děkuji kde proč mi mě ta ten má mám"
    ),
    "hr": (
        "je da se na za ne ni su od do kako što nas vas mi ti ty li ali sam bez moj moja bilo tko kad ili samo "
        "nije hvala po to sve gdje zašto kada još već"
    ),
    "tr": (
        "bir ve bu için ne çok ama değil daha gibi kadar var yok ben sen diye olan olarak benim şey bile mi de da "
        "ki nerede kaldı geri"
    ),
    "id": (
        "yang dan di ini itu tidak dengan untuk saya ada aku kamu bisa juga dari tapi sudah akan kalau lebih "
        "banget nya gak ke belum kapan terus lagi kok kenapa mau jadi apa"
    ),
    "ru": (
        "и в не на что я с это как у меня он а по но так все всё мне ты за из бы то вы был было была только от для "
        "же уже когда если нет еще ещё или есть очень даже может ничего чтобы просто сейчас она они мы их её его "
        "нас вам вас кто где почему потому себя быть тебя этот эта эти того этого после под про раз спасибо больше"
    ),
    "uk": (
        "що не та це як але мене він вона вони від для вже було був була щоб тільки ще якщо коли дуже й є чи зараз "
        "дякую його її їх також треба можна немає бути ми ви цього які яка який між на за у в з до про по так де "
        "моя мій посилка жах гроші чому навіщо скільки ніхто працює погано знову нема поверніть світла"
    ),
    "bg": (
        "и на да се за от не са ще това как но ми си е като съм при към един много няма беше тази този какво само "
        "още или има защото трябва ли със къде"
    ),
    "sr": (
        "и је да се на у не за су од што као али ми сам са само то који која или би није све када био бити има ће где"
    ),
}

#: Languages as they are typed in Latin letters by those who have no other at hand; digits stand for Arabic sounds.
_ROMANISED = {
    "ru": (
        "vy ty kak ya ne ni chto eto gde kogda pochemu zachem uzhe uje moya moy moj moi moyu vash vashego vasha "
        "vashi mne menya tebya nam nas vas vam vse vsyo vsye nado nuzhno mozhno nelzya bolshe nikogda nichego "
        "nikto spasibo pozhaluysta pozhalusta privet zdravstvuyte skolko zhdu zhdat rabotaet rabotayet rabotal "
        "posylka posylku zakaz zakaza dengi den'gi vernite verni gdje gospodi blin blyat blyad suka pizdec pizdets "
        "nahui nahuy nahren huy huinya idi idioty urody tvari uzhas koshmar otveta otvechaet kto opyat opjat snova "
        "seychas seichas segodnya vchera zavtra esli ili tozhe ochen prosto bez cherez posle dlya ot podderzhka "
        "podderzhki prilozhenie obnovleniya magazin sayt sajt slomalos obmanuli hvatit vrat dostali zadolbali "
        "rublej rubley interneta moego delat poluchil prishlo prishel priehal privezli vernut voobshe voobsche "
        "dazhe hochu mogu budet bylo byl nu"
    ),
    "hi": (
        "hai hain nahi nahin nhi nai ni kya kyu kyun kyon kaise kaisa kaisi kab kahan kaha kaun kitna kitni kitne "
        "mera meri mere mujhe muje tera teri tere tujhe tumhara tum tumhe aap aapka aapki aapke aapko apka apki "
        "apko ap humko hamara hamare hame mai mein ka ki ke ko se pe ne bhi bhai bhaiya bhaiyya bhaijaan yaar yar "
        "yr acha accha achha bahut bhut bohot bakwas bekar sab sabse kuch kuchh koi aur or abhi ab aaj kal tak "
        "raha rahi rahe rha rhi rhe karo karna karte karta kar kr kiya kiye kia krna kro hua hui hue hota hoti "
        "hogi hoga hoon hun hu tha thi gaya gayi gaye gya gye gai ho jo yeh ye woh wo wahi yahi toh to agar lekin "
        "kyunki kyuki matlab paisa paise wapas jaldi der sach jhooth jhootha chor logo wala wale wali walo dekho "
        "dekh dekha dekhne bolo bol bola bata batao baat suno chalo chal chali aao aaya aayi aaye ja jao jaa gaand "
        "chutiya chutiye madarchod bhenchod behenchod saala saale harami kutta kutte haramkhor dhanyavaad "
        "dhanyawad shukriya namaste jai mast theek thik haan han arre arrey oye chahiye sakta sakte sakti liya "
        "diya de le lo lagta laga milega milegi mila mile milta gussa khul subah din raat ghar saal baad pehle "
        "phir sirf zyada jyada itna itni utna apna apni apne sath liye kisi kisko kiska kiski usne uska uski iska "
        "iski isko unka unki dil duniya ladki ladka maa behen kaam samajh mazak kiske ruk utha sahi gaddar"
    ),
    "ar": (
        "ya3ni yani 3ala 3la 3an 3andi 3andak 3ayez 3ayz 3awez 7aga 7aram haram 7arami 7abibi habibi 7elw ana enta "
        "enti inta inti ento howa heya e7na msh mosh mafish mafi mafeesh walla wallah wallahi wala yalla khalas "
        "5alas shukran shokran leh leih lesh laish sho shu eh el al ell il lessa lissa delwa2ty dlw2ty delwa2ti "
        "embare7 mbare7 enaharda bokra kteer keteer awi 2awi gedan kda keda kida kaman mn inshallah inshalla "
        "hamdella hamdulillah ma3lesh sa7 shaghal shaghala flos floosy felos mosa3da khedme khidma sherka zebala "
        "7omar wa2e3 byrod mabyrodsh ba2a dah aywa la2 kol kolo ahlan salam"
    ),
}


def _owners(lists: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    owners: dict[str, dict[str, None]] = defaultdict(dict)
    for words_of in lists:
        for language, words in words_of.items():
            for word in words.split():
                owners[word][language] = None
    return {word: tuple(languages) for word, languages in owners.items()}


#: The languages here that have the word.
LANGUAGES_OF = _owners((_WORDS, _ROMANISED))
#: Languages that can stand in letters which are not their own.
ROMANISED = tuple(_ROMANISED)
